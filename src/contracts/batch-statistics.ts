import type * as tf from '@tensorflow/tfjs-core';

/** What a batch norm layer hands over to be normalised. */
export interface NormalizationInput {
  /** `[batch, height, width, channels]`; a layer over features passes height and width 1. */
  readonly x: tf.Tensor4D;
  /** Per channel. */
  readonly scale: tf.Tensor1D;
  /** Per channel. */
  readonly offset: tf.Tensor1D;
  readonly epsilon: number;
}

/** What it gets back. Gradients flow through `y` to `x`, `scale` and `offset`, and not through the statistics. */
export interface NormalizationOutput {
  readonly y: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  /** With Bessel's correction, as PyTorch puts it into `running_var`. */
  readonly unbiasedVariance: tf.Tensor1D;
}

/**
 * Where batch norm layers get the statistics of a training batch. The default is the current batch; a plugin
 * may put statistics over all ranks in its place, and the layers need not know.
 */
export interface BatchStatistics {
  /** Whether they are those of all ranks' batches together. */
  readonly overRanks: boolean;
  normalize(input: NormalizationInput): NormalizationOutput;
}
