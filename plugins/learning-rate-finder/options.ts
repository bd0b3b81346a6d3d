import { z } from 'zod';

export interface LearningRateFinderOptions {
  /** The first rate to try (default 1e-8). */
  readonly minRate?: number;
  /** The last (default 1). */
  readonly maxRate?: number;
  /** Updates from the first to the last (default 100). */
  readonly steps?: number;
  /** Whether rates grow by a factor or by a difference (default `exponential`). */
  readonly mode?: 'exponential' | 'linear';
  /** End when the smoothed loss is so many times the best one; `null`: never (default 4). Losses must be above 0. */
  readonly earlyStopThreshold?: number | null;
}

export const learningRateFinderOptions = z
  .strictObject({
    minRate: z.number().positive().default(1e-8),
    maxRate: z.number().positive().default(1),
    steps: z.int().positive().default(100),
    mode: z.enum(['exponential', 'linear']).default('exponential'),
    earlyStopThreshold: z.number().gt(1).nullable().default(4),
  })
  .refine(({ minRate, maxRate }) => minRate < maxRate, { message: 'minRate must be below maxRate' });

export type LearningRateFinderSettings = z.output<typeof learningRateFinderOptions>;
