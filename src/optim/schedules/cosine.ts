import { FulgurError } from '../../errors';
import type { Schedule } from './schedule';

export interface CosineOptions {
  /** The highest learning rate: that of the last warm-up step, and of the first step after it. */
  readonly learningRate: number;
  readonly totalSteps: number;
  /** Steps that climb to `learningRate` in equal parts, the first one above 0 (default 0). */
  readonly warmupSteps?: number;
  /** The learning rate of the last step, and of all after it (default 0). */
  readonly end?: number;
}

/**
 * A linear climb, then half a cosine down to `end`.
 *
 * Values as lightly's `CosineWarmupScheduler`, whose default for the end is a thousandth of the learning rate.
 *
 * Source: Loshchilov and Hutter, "SGDR" (2017), equation 5, with the warm-up of Goyal et al. (2017).
 *
 * @throws FulgurError `config` for a warm-up longer than the whole.
 */
export function cosine({ learningRate, totalSteps, warmupSteps = 0, end = 0 }: CosineOptions): Schedule {
  if (!(warmupSteps >= 0 && warmupSteps <= totalSteps)) {
    throw new FulgurError('config', {
      what: `A cosine schedule got ${warmupSteps} warm-up steps of ${totalSteps} steps.`,
      fix: 'Give warmupSteps from 0 to totalSteps.',
    });
  }
  const lastStep = totalSteps - 1 - warmupSteps;
  return (step) => {
    if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
    const decaying = step - warmupSteps;
    if (decaying >= lastStep) return end;
    return end + ((learningRate - end) * (1 + Math.cos((Math.PI * decaying) / lastStep))) / 2;
  };
}
