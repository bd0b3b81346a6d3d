import { FulgurError, numbers, requireNumbers } from '../../errors';
import type { StepSchedule } from '../schedule';

/** Options of the step schedule. */
export interface StepOptions {
  /** The learning rate of the first steps. */
  readonly learningRate: number;
  /** Steps between two falls. */
  readonly every: number;
  /** What the learning rate is multiplied by at each fall. */
  readonly factor: number;
}

/**
 * A learning rate that falls by a factor every so many steps, as PyTorch's `StepLR`.
 *
 * @throws FulgurError `config` for less than one step between falls.
 */
export function step({ learningRate, every, factor }: StepOptions): StepSchedule {
  requireNumbers('A step schedule', { learningRate, factor }, numbers.finite);
  if (!(every >= 1)) {
    throw new FulgurError('config', {
      what: `A step schedule got ${every} steps between falls.`,
      fix: 'Give every a whole number from 1 up.',
    });
  }
  return (current) => learningRate * factor ** Math.floor(current / every);
}
