import * as tf from '@tensorflow/tfjs-core';
import type { BatchStatistics, NormalizationInput, NormalizationOutput } from '../contracts';
import { engineInfo, runOp } from '../engine';
import type { OpAttributes } from '../engine';
import { FulgurError } from '../errors';
import { withGradient } from './custom-gradient';

/** Statistics of the current batch. */
export const localBatchStatistics: BatchStatistics = { overRanks: false, normalize: normalizeLocally };

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

function normalizeLocally(input: NormalizationInput): NormalizationOutput {
  const { x, scale, offset, epsilon } = input;
  const [batch, height, width] = x.shape;
  const count = batch * height * width;
  if (count < 2) {
    throw new FulgurError('module', {
      what: `Batch norm got a single value per channel in training: input [${x.shape.join(', ')}].`,
      why: 'Its variance is not defined.',
      fix: 'Train with a batch size of 2 or more, with data.dropLast true where only the last batch of an epoch is so small, or call eval() first.',
    });
  }
  return tf.tidy(() => {
    const { normalized, mean, unbiasedVariance, reserved } =
      engineInfo().device === 'cpu' ? normalizeOnCpu(input, count) : normalizeOnGpu(input);
    // The operation has run already: a tensor with a gradient of its own comes alone, and the layer needs three.
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
  /** What the operation's gradient takes besides its inputs. */
  readonly reserved: readonly tf.Tensor[];
}

/**
 * TensorFlow's fused operation adds up a channel one value after the other, and its statistics are off by twice what
 * PyTorch's are; sums over each image first and then over the images are as close as PyTorch's.
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

/** cuDNN's own statistics: what it hands to its gradient is of its own making. Not yet run on a GPU. */
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
