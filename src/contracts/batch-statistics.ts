import type * as tf from '@tensorflow/tfjs-core';

/** What a batch norm layer passes to be normalised. */
export interface NormalizationInput {
  /** `[batch, height, width, channels]`; a layer over features passes height and width as 1. */
  readonly x: tf.Tensor4D;
  /** Per channel. */
  readonly scale: tf.Tensor1D;
  /** Per channel. */
  readonly offset: tf.Tensor1D;
  readonly epsilon: number;
}

/**
 * What a batch norm layer gets back. Gradients flow through `y` to `x`, `scale` and `offset`, and not through the
 * statistics.
 */
export interface NormalizationOutput {
  readonly y: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  /** With Bessel's correction, as in PyTorch's `running_var`. */
  readonly unbiasedVariance: tf.Tensor1D;
}

/**
 * Where batch norm layers get the statistics of a training batch. By default, from the current batch; a plugin may use
 * the batches of all ranks instead, without any change to the layers.
 */
export interface BatchStatistics {
  /** Whether the statistics cover the batches of all ranks. */
  readonly overRanks: boolean;
  normalize(input: NormalizationInput): NormalizationOutput;
}
