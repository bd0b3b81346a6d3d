import * as tf from '@tensorflow/tfjs-core';
import { centred, offDiagonalSquares, variances } from './moments';
import { requirePair, requireSeveral, requireWeights } from './require-pair';

/** As in PyTorch's batch norm. */
const EPSILON = 1e-5;

/** Options of `barlowTwins`. */
export interface BarlowTwinsOptions {
  /** The weight of the correlations of different features (default 5e-3). */
  readonly lambda?: number;
  /** Correlate over the samples of all ranks (default `true`), or only over this rank's, as lightly does by default. */
  readonly gather?: boolean;
}

/**
 * Barlow Twins' loss: draws the matrix of correlations between the features of two views towards the identity matrix, Σ
 * (c_ii − 1)² + lambda · Σ c_ij². Features are normalised by the statistics of the batch (epsilon 1e-5, biased
 * variance).
 *
 * `a` and `b` are `[batch, features]`, whose corresponding rows are two views of one sample; gradients flow to both.
 * Matches lightly's `BarlowTwinsLoss`, but with batch, statistics and correlations over all ranks.
 *
 * Source: Zbontar et al., "Barlow Twins: self-supervised learning via redundancy reduction" (2021), equation 1.
 *
 * @throws FulgurError `module` if the shapes differ, or if all ranks together have one sample, which has no variance.
 */
export function barlowTwins(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { lambda = 5e-3, gather = true }: BarlowTwinsOptions = {},
): tf.Scalar {
  requirePair('barlowTwins', ['a', 'b'], a, b);
  requireSeveral('barlowTwins', a, gather, 'Its features have no variance.');
  requireWeights('barlowTwins', { lambda });
  return tf.tidy(() => {
    const group = centred(a, b, gather);
    const [first, second] = group.views.map((rows) => ({
      rows,
      divisors: tf.sqrt<tf.Tensor1D>(tf.add(variances(rows, group), EPSILON)),
    })) as [ScaledRows, ScaledRows];
    const products = group.overSamples(tf.mean<tf.Tensor1D>(tf.mul(first.rows, second.rows), 0));
    const correlations = tf.div(tf.div(products, first.divisors), second.divisors);
    const invariance = tf.sum(tf.squaredDifference(correlations, 1));
    const redundancy = offDiagonalSquares(first, second, group);
    return group.settle(tf.add(invariance, tf.mul(redundancy, lambda)));
  });
}

interface ScaledRows {
  readonly rows: tf.Tensor2D;
  readonly divisors: tf.Tensor1D;
}
