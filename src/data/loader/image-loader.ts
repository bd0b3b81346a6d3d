import type { ImageBatch, Notify } from '../../contracts';
import type { ImageDataset } from '../datasets';
import { sayOnTerminal } from '../say-on-terminal';
import type { NormalizeOptions } from '../views/normalization';
import { plain } from '../views';
import { BatchStream } from './batch-stream';
import { toImageBatch } from './batch-tensors';
import type { BrokenImageRule } from './fill-slot';
import { requireWhole, workerCount } from './loader-options';

export interface ImageLoaderOptions {
  readonly batchSize: number;
  /** Height and width of the images, in pixels. */
  readonly inputSize: number;
  /** Mean and deviation by channel (default ImageNet's). */
  readonly normalize?: NormalizeOptions | null;
  /** As in `loader`. */
  readonly workers?: number | 'auto';
  /** At most this many samples, spread evenly over the data set (default all). */
  readonly limit?: number;
  readonly onBrokenImage?: BrokenImageRule;
  readonly onMessage?: Notify;
}

/**
 * Batches of plain images in data set order, for evaluation: resized, cut to the centre, normalised, the same ones in each
 * epoch. Otherwise as `loader`.
 */
export function imageLoader(dataset: ImageDataset, options: ImageLoaderOptions): BatchStream<ImageBatch> {
  const { batchSize, inputSize, normalize, limit = dataset.length, workers = 'auto' } = options;
  requireWhole('batchSize', batchSize, 1);
  requireWhole('limit', limit, 1);
  const samples = Math.min(limit, dataset.length);
  const order = Uint32Array.from({ length: samples }, (_, position) =>
    Math.floor((position * dataset.length) / samples),
  );
  return new BatchStream({
    dataset,
    transform: plain({ inputSize, ...(normalize !== undefined && { normalize }) }),
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
