import { FulgurError, numbers, requireNumbers } from '../../errors';
import type { StepSchedule } from '../schedule';

/** Options of the step schedule. */
export interface StepOptions {
  /** The learning rate of the first steps. */
  readonly learningRate: number;
  /** The number of steps between two decreases. */
  readonly every: number;
  /** The factor of the learning rate at each decrease. */
  readonly factor: number;
}

/**
 * A learning rate that decreases by a factor after every `every` steps, as in PyTorch's `StepLR`.
 *
 * @throws FulgurError `config` for less than one step between decreases.
 */
export function step({ learningRate, every, factor }: StepOptions): StepSchedule {
  requireNumbers('A step schedule', { learningRate, factor }, numbers.finite);
  if (!(every >= 1)) {
    throw new FulgurError('config', {
      what: `A step schedule got ${every} steps between decreases.`,
      fix: 'Set every to a whole number of 1 or more.',
    });
  }
  return (current) => learningRate * factor ** Math.floor(current / every);
}
