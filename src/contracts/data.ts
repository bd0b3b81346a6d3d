import type * as tf from '@tensorflow/tfjs-core';

/** A batch of several views of each image. The loader owns the tensors and frees them when the next batch is asked for. */
export interface ViewBatch {
  /** One `[batch, height, width, 3]` float32 tensor a view, normalised. */
  readonly views: tf.Tensor4D[];
  /** Class of each sample, int32 `[batch]`; -1 where it is not known. */
  readonly labels: tf.Tensor1D;
  /** Index of each sample in its data set, int32 `[batch]`. */
  readonly indices: tf.Tensor1D;
}

/** A batch of plain images: normalised, not augmented. Frees as `ViewBatch`. */
export interface ImageBatch {
  /** Float32 `[batch, height, width, 3]`, normalised. */
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor1D;
  readonly indices: tf.Tensor1D;
}

/**
 * Batches of one epoch after the other. The source owns the tensors of a batch, and frees them when the next one is asked
 * for or the epoch is left; a source may give the same tensors again and free them when it is closed.
 */
export interface BatchSource<B> {
  /** Batches in an epoch: of the rank that has the most, where ranks share the data, and so the same number on all. */
  readonly batchesPerEpoch: number;
  /** Samples in an epoch, on this rank. */
  readonly samples: number;
  /** Samples that all ranks have together, each counted once (default: `samples` of each rank). */
  readonly samplesOverall?: number;
  /**
   * The batches of an epoch, from `startBatch` on; the same ones at every call, whatever the number of workers. Of held-out
   * data, which are not padded, a rank may have fewer than `batchesPerEpoch`, or none.
   */
  epoch(epoch: number, options?: { startBatch?: number; limit?: number }): AsyncIterable<B>;
  /** Ends workers and frees what is left. */
  close(): Promise<void>;
}
