import { z } from 'zod';
import { pluginName } from '../shared/plugin-name';

export interface EarlyStoppingOptions<Metric extends string = string> {
  /** The logged metric to watch. */
  readonly monitor: Metric;
  /** Tells several early stoppings of a run apart, in checkpoints and messages; all but one need a name. */
  readonly name?: string;
  /** Whether it is to fall or to rise (default `min`). */
  readonly mode?: 'min' | 'max';
  /** Looks in a row without improvement after which training ends (default 3). It looks once at each measurement. */
  readonly patience?: number;
  /** What an improvement must exceed to count (default 0). */
  readonly minDelta?: number;
  /** Look in every n-th epoch only (default 1). */
  readonly everyNEpochs?: number;
  /** A metric that was not logged by the time that it is due is an error, and not waited for (default `true`). */
  readonly strict?: boolean;
  /** End training when the metric is NaN or infinite (default `true`). */
  readonly checkFinite?: boolean;
  /** End training as soon as the metric is better than this (default: never). */
  readonly stoppingThreshold?: number;
  /** End training as soon as the metric is worse than this (default: never). */
  readonly divergenceThreshold?: number;
}

export const earlyStoppingOptions = z.strictObject({
  monitor: z.string().min(1),
  name: pluginName,
  mode: z.enum(['min', 'max']).default('min'),
  patience: z.int().positive().default(3),
  minDelta: z.number().nonnegative().default(0),
  everyNEpochs: z.int().positive().default(1),
  strict: z.boolean().default(true),
  checkFinite: z.boolean().default(true),
  stoppingThreshold: z.number().nullable().default(null),
  divergenceThreshold: z.number().nullable().default(null),
});

export type EarlyStoppingSettings = z.output<typeof earlyStoppingOptions>;
