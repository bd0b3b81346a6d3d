import * as tf from '@tensorflow/tfjs-core';
import { float32Barrier } from '../nn';
import { centred, offDiagonalSquares, variances } from './moments';
import { requirePair, requireSeveral, requireWeights } from './require-pair';

/** Options of `vicReg`. */
export interface VicRegOptions {
  /** The weight of invariance: the mean squared difference of the views (default 25). */
  readonly lambda?: number;
  /** The weight of variance: how far standard deviations are below 1 (default 25). */
  readonly mu?: number;
  /** The weight of covariance: the squared covariances of different features (default 1). */
  readonly nu?: number;
  /** Added to variances before the square root (default 1e-4). */
  readonly eps?: number;
  /**
   * Compute variances and covariances over the samples of all ranks (default `true`), or only over this rank's, as
   * lightly does by default.
   */
  readonly gather?: boolean;
}

/**
 * VICReg's loss: lambda · invariance + mu · variance + nu · covariance. Variances and covariances are those of all samples,
 * unbiased.
 *
 * `a` and `b` are `[batch, features]`, whose corresponding rows are two views of one sample; gradients flow to both.
 * Matches lightly's `VICRegLoss`, but over the samples of all ranks; as there, the variance terms of the two views are
 * averaged, their covariance terms summed.
 *
 * Source: Bardes, Ponce and LeCun, "VICReg: variance-invariance-covariance regularization" (2022), equations 1 to 6.
 *
 * @throws FulgurError `module` if the shapes differ, or if all ranks together have one sample, which has no variance.
 */
export function vicReg(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { lambda = 25, mu = 25, nu = 1, eps = 1e-4, gather = true }: VicRegOptions = {},
): tf.Scalar {
  requirePair('vicReg', ['a', 'b'], a, b);
  requireSeveral('vicReg', a, gather, 'Its features have no variance.');
  requireWeights('vicReg', { lambda, mu, nu, eps });
  return tf.tidy(() => {
    const features = a.shape[1];
    const invariance = tf.mean(tf.squaredDifference(float32Barrier(a), float32Barrier(b)));
    const group = centred(a, b, gather);
    const unbiased = group.samples / (group.samples - 1);
    const terms = group.views.map((rows) => {
      const deviations = tf.sqrt(tf.add(tf.mul(variances(rows, group), unbiased), eps));
      const scaled = { rows, divisors: null };
      const covariance = tf.mul(offDiagonalSquares(scaled, scaled, group), unbiased ** 2 / features);
      return tf.add(tf.mul(tf.mean(tf.relu(tf.sub(1, deviations))), mu / 2), tf.mul(covariance, nu));
    });
    const overAll = group.settle(tf.addN(terms as tf.Scalar[]));
    return tf.add(tf.mul(invariance, lambda), overAll);
  });
}
