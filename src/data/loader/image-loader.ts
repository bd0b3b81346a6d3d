import type { ImageBatch, Notify } from '../../contracts';
import type { ImageDataset } from '../datasets';
import { sayOnTerminal } from '../say-on-terminal';
import type { ViewTransform } from '../views';
import { BatchStream } from './batch-stream';
import { toImageBatch } from './batch-tensors';
import type { BrokenImageRule } from './fill-slot';
import { requireWhole, workerCount } from './loader-options';

/** Options of `imageLoader`. */
export interface ImageLoaderOptions {
  readonly batchSize: number;
  /** Makes each image: `views.plain({ inputSize })`, or any transform's `plain()`. Only the first view is used. */
  readonly transform: ViewTransform;
  /** As in `loader`. */
  readonly workers?: number | 'auto';
  /** The largest number of samples, spread evenly over the data set (default: all). */
  readonly limit?: number;
  readonly onBrokenImage?: BrokenImageRule;
  readonly onMessage?: Notify;
}

/**
 * Returns batches of single images in data set order, for evaluation; the same in every epoch. Otherwise like `loader`.
 *
 * @example imageLoader(dataset, { batchSize: 256, transform: views.plain({ inputSize: 32 }) })
 */
export function imageLoader(dataset: ImageDataset, options: ImageLoaderOptions): BatchStream<ImageBatch> {
  const { batchSize, transform, limit = dataset.length, workers = 'auto' } = options;
  requireWhole('batchSize', batchSize, 1);
  requireWhole('limit', limit, 1);
  const samples = Math.min(limit, dataset.length);
  const order = Uint32Array.from({ length: samples }, (_, position) =>
    Math.floor((position * dataset.length) / samples),
  );
  return new BatchStream({
    dataset,
    transform,
    batchSize,
    seed: 0,
    workers: workerCount(workers),
    prefetch: 'auto',
    dropLast: false,
    spanEpochs: false,
    onBrokenImage: options.onBrokenImage ?? 'error',
    onMessage: options.onMessage ?? sayOnTerminal,
    samples,
    order: () => order,
    toBatch: (batch) => toImageBatch(dataset, batch),
  });
}
