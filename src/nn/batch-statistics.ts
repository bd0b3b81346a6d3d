import * as tf from '@tensorflow/tfjs-core';
import type { BatchStatistics, NormalizationInput, NormalizationOutput } from '../contracts';
import { engineInfo, runOp } from '../engine';
import type { OpAttributes } from '../engine';
import { FulgurError } from '../errors';
import { withGradient } from './custom-gradient';

/** Computes the statistics of the current batch. */
export const localBatchStatistics: BatchStatistics = { overRanks: false, normalize: normalizeLocally };

let current = localBatchStatistics;

/** The statistics that batch norm layers currently use. */
export function batchStatistics(): BatchStatistics {
  return current;
}

/** Replaces the batch statistics by those of `provider` while the synchronous function `run` runs. */
export function withBatchStatistics<T>(provider: BatchStatistics, run: () => T): T {
  const previous = current;
  current = provider;
  try {
    return run();
  } finally {
    current = previous;
  }
}

function normalizeLocally(input: NormalizationInput): NormalizationOutput {
  const { x, scale, offset, epsilon } = input;
  const [batch, height, width] = x.shape;
  const count = batch * height * width;
  if (count < 2) {
    throw new FulgurError('module', {
      what: `Batch norm got a single value per channel in training: input [${x.shape.join(', ')}].`,
      why: 'The variance of a single value is not defined.',
      fix: 'Train with a batch size of 2 or more, set data.dropLast to true if only the last batch of an epoch is so small, or call eval() first.',
    });
  }
  return tf.tidy(() => {
    const { normalized, mean, unbiasedVariance, reserved } =
      engineInfo().device === 'cpu' ? normalizeOnCpu(input, count) : normalizeOnGpu(input);
    // The operation has already run: a tensor with its own gradient is returned alone, but the layer needs three.
    const y = withGradient<tf.Tensor4D>([x, scale, offset], () => ({
      value: tf.clone(normalized),
      saved: [x, scale, ...reserved],
      gradient: (dy, saved) =>
        runOp('FusedBatchNormGradV3', attributesOf(epsilon, true), [dy, ...saved], 5).slice(0, 3),
    }));
    return { y, mean, unbiasedVariance };
  });
}

interface Normalized {
  readonly normalized: tf.Tensor4D;
  readonly mean: tf.Tensor1D;
  readonly unbiasedVariance: tf.Tensor1D;
  /** The inputs of the operation's gradient besides the operation's own. */
  readonly reserved: readonly tf.Tensor[];
}

/**
 * TensorFlow's fused operation adds up a channel one value after the other, so the error of its statistics is twice
 * PyTorch's; sums over each image first and then over the images are as accurate as PyTorch's.
 */
function normalizeOnCpu({ x, scale, offset, epsilon }: NormalizationInput, count: number): Normalized {
  const [batch, height, width, channels] = x.shape;
  const meanOf = (values: tf.Tensor4D): tf.Tensor1D =>
    tf.mean(tf.mean(tf.reshape(values, [batch, height * width, channels]), 1), 0);
  const mean = meanOf(x);
  const variance = meanOf(tf.squaredDifference(x, mean));
  const [normalized] = runOp(
    'FusedBatchNormV3',
    attributesOf(epsilon, false),
    [x, scale, offset, mean, variance],
    6,
  );
  return {
    normalized: normalized as tf.Tensor4D,
    mean,
    unbiasedVariance: tf.mul(variance, count / (count - 1)),
    reserved: [mean, variance, tf.tensor1d([])],
  };
}

/** cuDNN's own statistics: it passes internal values to its gradient. Not yet run on a GPU. */
function normalizeOnGpu({ x, scale, offset, epsilon }: NormalizationInput): Normalized {
  const empty = tf.tensor1d([]);
  const outputs = runOp('FusedBatchNormV3', attributesOf(epsilon, true), [x, scale, offset, empty, empty], 6);
  const [normalized, mean, unbiasedVariance, ...reserved] = outputs as [
    tf.Tensor4D,
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  return { normalized, mean, unbiasedVariance, reserved };
}

function attributesOf(epsilon: number, training: boolean): OpAttributes {
  return {
    T: { type: 'type', value: 'float32' },
    U: { type: 'type', value: 'float32' },
    epsilon: { type: 'float', value: epsilon },
    data_format: { type: 'string', value: 'NHWC' },
    is_training: { type: 'bool', value: training },
  };
}
