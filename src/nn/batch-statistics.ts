import * as tf from '@tensorflow/tfjs-core';
import { runOp } from '../engine';
import { FulgurError } from '../errors';
import { withGradient } from './custom-gradient';

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
  /** Values per channel that the statistics are made of: batch × height × width, over all ranks. */
  readonly count: number;
}

/**
 * Where batch norm layers get the statistics of a training batch. The default is `localBatchStatistics`; a plugin
 * may put statistics over all ranks in its place, and the layers need not know.
 */
export interface BatchStatistics {
  normalize(input: NormalizationInput): NormalizationOutput;
}

/** Statistics of the batch at hand, by TensorFlow's fused operation. */
export const localBatchStatistics: BatchStatistics = { normalize: normalizeLocally };

let current = localBatchStatistics;

/** The statistics that batch norm layers use now. */
export function batchStatistics(): BatchStatistics {
  return current;
}

/** Puts `provider` in the place of the batch statistics while `run` runs, which must not be asynchronous. */
export function withBatchStatistics<T>(provider: BatchStatistics, run: () => T): T {
  const previous = current;
  current = provider;
  try {
    return run();
  } finally {
    current = previous;
  }
}

function normalizeLocally({ x, scale, offset, epsilon }: NormalizationInput): NormalizationOutput {
  const [batch, height, width] = x.shape;
  const count = batch * height * width;
  if (count < 2) {
    throw new FulgurError('module', {
      what: `Batch norm got a single value per channel in training: input [${x.shape.join(', ')}].`,
      why: 'Its variance is not defined.',
      fix: 'Train with a batch size of 2 or more, or call eval() first.',
    });
  }
  const attributes = {
    T: { type: 'type', value: 'float32' },
    U: { type: 'type', value: 'float32' },
    epsilon: { type: 'float', value: epsilon },
    data_format: { type: 'string', value: 'NHWC' },
    is_training: { type: 'bool', value: true },
  } as const;

  return tf.tidy(() => {
    const empty = tf.tensor1d([]);
    const forward = runOp('FusedBatchNormV3', attributes, [x, scale, offset, empty, empty], 6);
    const [normalized, mean, unbiasedVariance, ...reserved] = forward as [
      tf.Tensor4D,
      tf.Tensor1D,
      tf.Tensor1D,
    ];
    // The operation has run already: a tensor with a gradient of its own comes alone, and the layer needs three.
    const y = withGradient<tf.Tensor4D>([x, scale, offset], () => ({
      value: tf.clone(normalized),
      saved: [x, scale, ...(reserved as tf.Tensor[])],
      gradient: (dy, saved) => runOp('FusedBatchNormGradV3', attributes, [dy, ...saved], 5).slice(0, 3),
    }));
    return { y, mean, unbiasedVariance, count };
  });
}
