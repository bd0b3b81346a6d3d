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
  /** Samples in a batch, on each rank. */
  readonly batchSize: number;
  /** Makes each sample's views: `views.fastSiam()`. */
  readonly transform: ViewTransform;
  /** A new order for each epoch (default `true`). */
  readonly shuffle?: boolean;
  /** Leave out a last batch that is not full (default `false`). */
  readonly dropLast?: boolean;
  /** Threads that make batches: `auto` (default) by the number of cores, 0 for none but the caller's. */
  readonly workers?: number | 'auto';
  /** Seed of order and views (default: the one that `start` was given). */
  readonly seed?: number;
  /** What an image that cannot be read does: end the run (default), or give way to the next one that can. */
  readonly onBrokenImage?: BrokenImageRule;
  /** Batches made ahead of the one in use (default 2, fewer where they would need more than 1 GiB). */
  readonly prefetch?: number;
  /** Gets warnings (default: the terminal). */
  readonly onMessage?: Notify;
  /** This process's place among the ranks (default 0 of 1). */
  readonly rank?: number;
  readonly worldSize?: number;
  /** Give ranks equally many samples by giving some twice (default `true`); for evaluation `false`. */
  readonly pad?: boolean;
}

/**
 * Batches of views, epoch by epoch. Threads make them ahead of use; they live from epoch to epoch until `close`. What is in
 * a batch depends on data set, options, seed and epoch, never on the number of threads or on timing.
 *
 * A batch's tensors are freed when the next one is asked for.
 *
 * @example for await (const { views } of batches.epoch(0)) { ... }
 * @throws FulgurError of kind `data` from the iteration: for a broken image, a failing transform, or threads that die;
 * from `loader` itself where there is not one batch.
 */
export function loader(dataset: ImageDataset, options: LoaderOptions): BatchStream<ViewBatch> {
  const { batchSize, transform, shuffle = true, dropLast = false, seed = ambientSeed() } = options;
  const { onBrokenImage = 'error', prefetch, onMessage = sayOnTerminal } = options;
  const { rank = 0, worldSize = 1, pad = true } = options;
  requireWhole('batchSize', batchSize, 1);
  if (prefetch !== undefined) requireWhole('prefetch', prefetch, 1);
  const sampler = new Sampler({ length: dataset.length, shuffle, seed, rank, worldSize, dropLast, pad });
  const { groupBatches } = shareOf({ length: dataset.length, batchSize, rank, worldSize, dropLast, pad });
  // On all ranks alike: where some have a batch and others have none, there is something to do.
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
