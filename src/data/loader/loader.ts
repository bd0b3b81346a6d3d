import type { Notify, ViewBatch } from '../../contracts';
import { ambientSeed } from '../../engine/random';
import type { ImageDataset } from '../datasets';
import { sayOnTerminal } from '../say-on-terminal';
import type { ViewTransform } from '../views';
import { BatchStream } from './batch-stream';
import { toViewBatch } from './batch-tensors';
import type { BrokenImageRule } from './fill-slot';
import { notOneBatch } from './loader-errors';
import { requireWhole, workerCount } from './loader-options';
import { Sampler } from './sampler';
import { shareOf } from './share';

/** Options of `loader`. */
export interface LoaderOptions {
  /** Samples per batch on each rank. */
  readonly batchSize: number;
  /** Makes each sample's views: `views.fastSiam()`. */
  readonly transform: ViewTransform;
  /** Whether each epoch has a new order (default `true`). */
  readonly shuffle?: boolean;
  /** Whether to leave out a last batch that is not full (default `false`). */
  readonly dropLast?: boolean;
  /** Threads that prepare batches: `auto` (default) depends on the number of cores, 0 uses only the caller's thread. */
  readonly workers?: number | 'auto';
  /** Seed of order and views (default: the one given to `start`). */
  readonly seed?: number;
  /** What to do with an unreadable image: end the run (default), or use the next readable one. */
  readonly onBrokenImage?: BrokenImageRule;
  /** Batches prepared ahead of the one in use (default 2, fewer if they would need more than 1 GiB). */
  readonly prefetch?: number;
  /** Receives warnings (default: the terminal). */
  readonly onMessage?: Notify;
  /** The rank of this process (default 0 of 1). */
  readonly rank?: number;
  readonly worldSize?: number;
  /** Whether some samples are repeated so that all ranks get the same number (default `true`); use `false` for evaluation. */
  readonly pad?: boolean;
}

/**
 * Returns batches of views, epoch by epoch. Threads prepare them ahead and live until `close`. The contents of a batch
 * depend on data set, options, seed and epoch, never on the number of threads or on timing.
 *
 * A batch's tensors are freed when the next one is requested.
 *
 * @example for await (const { views } of batches.epoch(0)) { ... }
 * @throws FulgurError of kind `data` during iteration for a broken image, a failing transform or threads that die; from
 * `loader` itself if there are too few samples for one batch.
 */
export function loader(dataset: ImageDataset, options: LoaderOptions): BatchStream<ViewBatch> {
  const { batchSize, transform, shuffle = true, dropLast = false, seed = ambientSeed() } = options;
  const { onBrokenImage = 'error', prefetch, onMessage = sayOnTerminal } = options;
  const { rank = 0, worldSize = 1, pad = true } = options;
  requireWhole('batchSize', batchSize, 1);
  if (prefetch !== undefined) requireWhole('prefetch', prefetch, 1);
  const sampler = new Sampler({ length: dataset.length, shuffle, seed, rank, worldSize, dropLast, pad });
  const { groupBatches } = shareOf({ length: dataset.length, batchSize, rank, worldSize, dropLast, pad });
  // Decided equally on all ranks: if only some have a batch, there is still work to do.
  if (groupBatches === 0) {
    const who = `The data set ${dataset.name} (${dataset.split}) has`;
    throw notOneBatch(who, { length: dataset.length, batchSize, dropLast, worldSize }, 'data');
  }
  return new BatchStream({
    dataset,
    transform,
    batchSize,
    seed,
    workers: workerCount(options.workers ?? 'auto'),
    prefetch: prefetch ?? 'auto',
    dropLast,
    spanEpochs: true,
    onBrokenImage,
    onMessage,
    samples: sampler.length,
    groupBatches,
    order: (epoch) => sampler.order(epoch),
    toBatch: (batch) => toViewBatch(dataset, batch),
  });
}
