import { z } from 'zod';
import { knnSchema } from '../../src';
import type { KnnOptions } from '../../src';

/** When to evaluate, and how: those of {@link KnnOptions} have the defaults of the command `knn`. */
export interface KnnEvalOptions extends Partial<KnnOptions> {
  /** Evaluate at the end of every n-th epoch (default 1). */
  readonly everyNEpochs?: number;
  /** Also evaluate before the first step, with random weights, as `knn_accuracy_untrained` (default `false`). */
  readonly atStart?: boolean;
}

export const knnEvalOptions = knnSchema.extend({
  everyNEpochs: z.number().int().positive().default(1),
  atStart: z.boolean().default(false),
});

export type KnnEvalSettings = z.output<typeof knnEvalOptions>;
