import * as tf from '@tensorflow/tfjs-core';
import { offTape } from '../engine';
import { FulgurError, counted, numbers, requireNumbers } from '../errors';
import { float32Barrier, ranks } from '../nn';
import { softCrossEntropy } from './cross-entropy';
import { requirePositive } from './require-pair';
import { requireViews } from './require-views';

/** Options of `swaV`. */
export interface SwaVOptions {
  /** The divisor of scores that predict codes (default 0.1). */
  readonly temperature?: number | tf.Scalar;
  /** The number of iterations of Sinkhorn's algorithm (default 3). */
  readonly sinkhornIterations?: number;
  /** The divisor of scores from which codes are computed (default 0.05). */
  readonly sinkhornEpsilon?: number;
  /**
   * Distribute the samples of all ranks over the prototypes (default `true`), or only this rank's, as lightly does by
   * default.
   */
  readonly gather?: boolean;
}

/**
 * SwaV's loss: from each view's scores, predicts the codes of every other large view of the same sample. Codes
 * distribute the samples of all ranks evenly over the prototypes, by Sinkhorn's algorithm, and have no gradient. The
 * mean over samples and over pairs of views.
 *
 * Scores are `[batch, prototypes]`: cosine similarities of features and prototypes, for views of large crops in `high`,
 * for those of small crops in `low`. Matches lightly's `SwaVLoss`, but over the samples of all ranks; codes are
 * computed from their logarithms, which stay finite where exponentials would not.
 *
 * Source: Caron et al., "Unsupervised learning of visual features by contrasting cluster assignments" (2020), sections 3.1
 * and 3.2.
 *
 * @throws FulgurError `module` for views of other shapes, and for fewer than two.
 */
export function swaV(
  high: readonly tf.Tensor2D[],
  low: readonly tf.Tensor2D[],
  { temperature = 0.1, sinkhornIterations = 3, sinkhornEpsilon = 0.05, gather = true }: SwaVOptions = {},
): tf.Scalar {
  requireViews('swaV', { 'the large views': high, 'the small views': low }, '[batch, prototypes]');
  const views = [...high, ...low];
  if (high.length < 1 || views.length < 2) {
    throw new FulgurError('module', {
      what: `swaV got ${high.length} large and ${counted(low.length, 'small view')}.`,
      why: 'It predicts the codes of a large view from another view.',
      fix: 'Pass two or more views, at least one of which is large.',
    });
  }
  requirePositive('swaV', { temperature, sinkhornEpsilon });
  requireNumbers('swaV', { sinkhornIterations }, numbers.count);
  return tf.tidy(() => {
    const scores = views.map(float32Barrier);
    const codes = offTape(() =>
      sinkhorn(scores.slice(0, high.length), sinkhornIterations, sinkhornEpsilon, gather),
    );
    const terms = scores.flatMap((view, v) => {
      const targets = codes.filter((_, code) => code !== v);
      if (targets.length === 0) return [];
      return [tf.mean<tf.Scalar>(softCrossEntropy(tf.div(view, temperature), tf.addN(targets)))];
    });
    return tf.div<tf.Scalar>(tf.addN(terms), (views.length - 1) * high.length);
  });
}

/**
 * Computes the codes of each view, `[batch, prototypes]`: rows have the sum 1, and prototypes nearly equal shares of
 * all samples.
 */
function sinkhorn(
  views: readonly tf.Tensor2D[],
  iterations: number,
  epsilon: number,
  gather: boolean,
): tf.Tensor2D[] {
  // All views in one exchange: [batch, view, prototype].
  let logs = tf.div<tf.Tensor3D>(tf.stack([...views], 1), epsilon);
  for (let round = 0; round < iterations; round++) {
    logs = tf.sub(logs, logSumOverSamples(logs, gather));
    logs = tf.sub(logs, tf.logSumExp(logs, 2, true));
  }
  return tf.unstack(tf.exp(logs), 1) as tf.Tensor2D[];
}

/** Computes log Σ exp over the samples of all ranks, `[1, view, prototype]`. */
function logSumOverSamples(logs: tf.Tensor3D, gather: boolean): tf.Tensor {
  if (!gather || ranks.worldSize === 1) return tf.logSumExp(logs, 0, true);
  const largest = tf.max(logs, 0, true);
  const sums = tf.sum(tf.exp(tf.sub(logs, largest)), 0, true);
  const [allLargest, allSums] = tf.unstack(ranks.allGather(tf.stack([largest, sums], 1)), 1) as [
    tf.Tensor,
    tf.Tensor,
  ];
  return tf.logSumExp(tf.add(allLargest, tf.log(allSums)), 0, true);
}
