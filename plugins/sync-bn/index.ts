import { Plugin, definePlugin, inject, nn, runOp, tf, tokens } from '../../src';
import type {
  BatchStatistics,
  NormalizationInput,
  NormalizationOutput,
  OpAttributes,
  PluginDescriptor,
  Ranks,
} from '../../src';

/** Batch norm over the combined batches of all ranks. */
@Plugin({ name: 'sync-batch-norm', help: 'batch norm over all ranks', provides: [tokens.batchStatistics] })
export class SyncBatchNorm implements BatchStatistics {
  readonly overRanks = true;

  constructor(@inject(tokens.ranks) private readonly ranks: Ranks) {}

  normalize(input: NormalizationInput): NormalizationOutput {
    if (this.ranks.worldSize === 1) return nn.localBatchStatistics.normalize(input);
    return tf.tidy(() => {
      const { mean, variance, count } = statisticsOver(this.ranks, input.x);
      const unbiasedVariance = tf.mul<tf.Tensor1D>(variance, tf.div(count, tf.sub(count, 1)));
      const y = normalized(this.ranks, input, { mean, variance, count });
      return { y, mean, unbiasedVariance };
    });
  }
}

interface Statistics {
  readonly mean: tf.Tensor1D;
  /** Biased estimate. */
  readonly variance: tf.Tensor1D;
  /** Number of values per channel, over all ranks. */
  readonly count: tf.Scalar;
}

/**
 * Computes the mean and variance per channel over all ranks in one exchange: each rank's mean, variance and count are
 * combined, weighted by the counts. No precision is lost when the mean is large, as it would be with E[x²] − E[x]².
 *
 * Source: Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979).
 */
function statisticsOver({ rank, worldSize, allReduce }: Ranks, x: tf.Tensor4D): Statistics {
  const [batch, height, width, channels] = x.shape;
  // Sums over each image first: more accurate than adding up the values one by one.
  const meanOf = (values: tf.Tensor4D): tf.Tensor1D =>
    tf.mean(tf.mean(tf.reshape(values, [batch, height * width, channels]), 1), 0);
  const ownMean = meanOf(x);
  const ownVariance = meanOf(tf.squaredDifference(x, ownMean));
  const own = tf.concat([ownMean, ownVariance, tf.tensor1d([batch * height * width])]);
  const row = tf.pad2d(tf.expandDims<tf.Tensor2D>(own, 0), [
    [rank, worldSize - rank - 1],
    [0, 0],
  ]);
  const [means, variances, counts] = tf.split(allReduce(row, 'sum'), [channels, channels, 1], 1) as [
    tf.Tensor2D,
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const count = tf.sum<tf.Scalar>(counts);
  const shares = tf.div(counts, count);
  const mean = tf.sum<tf.Tensor1D>(tf.mul(means, shares), 0);
  const within = tf.mul(variances, shares);
  const between = tf.mul(tf.squaredDifference(means, mean), shares);
  return { mean, variance: tf.sum<tf.Tensor1D>(tf.add(within, between), 0), count };
}

/**
 * Returns (x − mean) / √(variance + ε) · scale + offset. The gradient flows through the statistics, with Σdy and Σdy·x̂
 * over all ranks in one exchange; the gradients of scale and offset are per rank, as for every other parameter.
 */
function normalized(
  ranks: Ranks,
  { x, scale, offset, epsilon }: NormalizationInput,
  { mean, variance, count }: Statistics,
): tf.Tensor4D {
  const attributes = attributesOf(epsilon);
  const [value] = runOp('FusedBatchNormV3', attributes, [x, scale, offset, mean, variance], 6);
  return nn.withGradient<tf.Tensor4D>([x, scale, offset], () => ({
    value: tf.clone(value as tf.Tensor4D),
    saved: [x, scale, mean, variance, count],
    gradient: (dy, saved) => gradientsOf(ranks, dy, saved as Saved, epsilon),
  }));
}

type Saved = [x: tf.Tensor4D, scale: tf.Tensor1D, mean: tf.Tensor1D, variance: tf.Tensor1D, count: tf.Scalar];

function gradientsOf(
  ranks: Ranks,
  dy: tf.Tensor4D,
  [x, scale, mean, variance, count]: Saved,
  epsilon: number,
): tf.Tensor[] {
  return tf.tidy(() => {
    const none = tf.tensor1d([]);
    // As in evaluation: dy · scale / σ, and this rank's sums.
    const [direct, dScale, dOffset] = runOp(
      'FusedBatchNormGradV3',
      attributesOf(epsilon),
      [dy, x, scale, mean, variance, none],
      5,
    ) as [tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
    const sums = tf.div(ranks.allReduce(tf.stack([dOffset, dScale]), 'sum'), count);
    const [meanDy, meanDyX] = tf.unstack(sums) as [tf.Tensor1D, tf.Tensor1D];
    // The part due to the statistics, scale / σ · (meanDy + x̂ · meanDyX), is another normalisation, computed in one
    // pass over x.
    const factor = tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)));
    const [through] = runOp(
      'FusedBatchNormV3',
      attributesOf(epsilon),
      [x, tf.mul(factor, meanDyX), tf.mul(factor, meanDy), mean, variance],
      6,
    ) as [tf.Tensor4D];
    return [tf.sub(direct, through), dScale, dOffset];
  });
}

function attributesOf(epsilon: number): OpAttributes {
  return {
    T: { type: 'type', value: 'float32' },
    U: { type: 'type', value: 'float32' },
    epsilon: { type: 'float', value: epsilon },
    data_format: { type: 'string', value: 'NHWC' },
    is_training: { type: 'bool', value: false },
  };
}

/**
 * Makes every batch norm layer compute its statistics over the batches of all ranks, forward and backward, as PyTorch's
 * `SyncBatchNorm` does: two ranks with half a batch each then train as one rank with the whole batch. It costs one
 * exchange per layer in each direction. On one device it does nothing.
 *
 * ```ts
 * plugins: [dataParallel(), syncBatchNorm()]
 * ```
 */
export function syncBatchNorm(): PluginDescriptor {
  return definePlugin(SyncBatchNorm);
}
