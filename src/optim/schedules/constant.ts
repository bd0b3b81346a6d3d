import { numbers, requireNumbers } from '../../errors';
import type { StepSchedule } from '../schedule';

/**
 * Returns the same learning rate at every step.
 *
 * @throws FulgurError `config` for a value that is not a finite number.
 */
export function constant(learningRate: number): StepSchedule {
  requireNumbers('A constant schedule', { learningRate }, numbers.finite);
  return () => learningRate;
}
