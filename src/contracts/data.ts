import type * as tf from '@tensorflow/tfjs-core';

/** The samples that an evaluation covers. */
export type HeldOutSplit = 'train' | 'test' | 'all';

/** A batch of several views of each image. The loader owns the tensors and frees them when the next batch is requested. */
export interface ViewBatch {
  /** One float32 tensor `[batch, height, width, 3]` per view, normalised. */
  readonly views: tf.Tensor4D[];
  /** Class of each sample, int32 `[batch]`; -1 if unknown. */
  readonly labels: tf.Tensor1D;
  /** Index of each sample in its data set, int32 `[batch]`. */
  readonly indices: tf.Tensor1D;
}

/** A batch of plain images, normalised but not augmented. Its tensors are freed like those of `ViewBatch`. */
export interface ImageBatch {
  /** Float32 `[batch, height, width, 3]`, normalised. */
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor1D;
  readonly indices: tf.Tensor1D;
}

/**
 * A source of batches, epoch by epoch. It owns the tensors of a batch and frees them when the next one is requested or
 * the epoch is left. A source may also yield the same tensors again and free them when it is closed.
 */
export interface BatchSource<B> {
  /** Batches per epoch. If ranks share the data, the number of the rank that has the most, and so the same on all. */
  readonly batchesPerEpoch: number;
  /** Samples per epoch on this rank. */
  readonly samples: number;
  /** Samples of all ranks together, each counted once (default: the sum of `samples` over the ranks). */
  readonly samplesOverall?: number;
  /**
   * Yields the batches of an epoch from `startBatch` on; the same ones at every call, whatever the number of workers.
   * Held-out data is not padded, so a rank may have fewer than `batchesPerEpoch` or none.
   */
  epoch(epoch: number, options?: { startBatch?: number; limit?: number }): AsyncIterable<B>;
  /** Ends workers and frees the remaining tensors. */
  close(): Promise<void>;
}
