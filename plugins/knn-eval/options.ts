import { z } from 'zod';

export interface KnnEvalOptions {
  /** Evaluate at the end of every n-th epoch (default 1). */
  readonly everyNEpochs?: number;
  /** Also evaluate before the first step, with random weights, as `knn_accuracy_untrained` (default `false`). */
  readonly atStart?: boolean;
  /** Neighbours that vote (default 200; all of them where the bank is smaller). */
  readonly k?: number;
  /** How much more the nearer ones count: weight exp(similarity / temperature) (default 0.1). */
  readonly temperature?: number;
  /** Images to embed at once (default 256). */
  readonly batchSize?: number;
  /** At most this many training images to compare with, spread evenly (default: all). */
  readonly bankLimit?: number;
  /** At most this many held-out images to classify, spread evenly (default: all). */
  readonly queryLimit?: number;
}

const count = z.number().int().positive();

export const knnEvalOptions = z.strictObject({
  everyNEpochs: count.default(1),
  atStart: z.boolean().default(false),
  k: count.default(200),
  temperature: z.number().positive().default(0.1),
  batchSize: count.default(256),
  bankLimit: count.optional(),
  queryLimit: count.optional(),
});

export type KnnEvalSettings = z.output<typeof knnEvalOptions>;
