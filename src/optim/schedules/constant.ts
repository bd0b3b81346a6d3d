import { numbers, requireNumbers } from '../../errors';
import type { StepSchedule } from '../schedule';

/**
 * The same learning rate at every step.
 *
 * @throws FulgurError `config` for what is no finite number.
 */
export function constant(learningRate: number): StepSchedule {
  requireNumbers('A constant schedule', { learningRate }, numbers.finite);
  return () => learningRate;
}
