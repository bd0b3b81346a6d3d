import * as tf from '@tensorflow/tfjs-core';
import { exactMatMul, float32Barrier, ranks, stopGradient, withGradient } from '../nn';

/** The centred samples of a batch, of which a loss computes variances and products. */
export interface Centred {
  /** Both views, `[rows, features]` each: this rank's rows, or all of them if every rank has all. */
  readonly views: readonly [tf.Tensor2D, tf.Tensor2D];
  /** The number of samples of the mean: those of all ranks together. */
  readonly samples: number;
  /** Whether the rows are all samples: computations on them need no exchange. */
  readonly whole: boolean;
  /**
   * Returns the mean over all samples of a mean over rows. It is the same on all ranks, and everything computed from it
   * must be the same too.
   */
  overSamples<T extends tf.Tensor>(ownMean: T): T;
  /** To be called last, with a loss that is the same on all ranks. */
  settle(loss: tf.Scalar): tf.Scalar;
}

/**
 * Subtracts the mean over all samples from two views, `[batch, features]` each.
 *
 * Products of features, `[features, features]`, are the mean over ranks of each rank's products. If there are fewer
 * samples than half the features, products of samples contain the same in fewer numbers: then all ranks have all rows.
 *
 * No gradient flows through the mean: for functions of centred rows alone it would be zero.
 */
export function centred(a: tf.Tensor2D, b: tf.Tensor2D, gather: boolean): Centred {
  const [batch, features] = a.shape;
  const worldSize = gather ? ranks.worldSize : 1;
  const samples = batch * worldSize;
  const both = tf.concat2d([float32Barrier(a), float32Barrier(b)], 1);
  const whole = worldSize === 1 || 2 * samples <= features;
  const rows = whole && worldSize > 1 ? ranks.allGather(both) : both;
  const overSamples = <T extends tf.Tensor>(mean: T): T => meanOverRanks(mean, !whole);
  const settle = (loss: tf.Scalar): tf.Scalar => sameOnRanks(loss, !whole);
  const mean = stopGradient(overSamples(tf.mean<tf.Tensor1D>(rows, 0)));
  const [first, second] = tf.split<tf.Tensor2D>(tf.sub<tf.Tensor2D>(rows, mean), [features, features], 1);
  return { views: [first as tf.Tensor2D, second as tf.Tensor2D], samples, whole, overSamples, settle };
}

/** Returns the mean squares of the features, `[features]`: their variances, because the rows are centred. */
export function variances(rows: tf.Tensor2D, { overSamples }: Centred): tf.Tensor1D {
  return overSamples(tf.mean<tf.Tensor1D>(tf.square(rows), 0));
}

/**
 * Σ over features i ≠ j of (mean over samples of a_i · b_j / (a's divisor_i · b's divisor_j))²: the correlation of
 * different features.
 */
export function offDiagonalSquares(a: Scaled, b: Scaled, group: Centred): tf.Scalar {
  const [rows, features] = a.rows.shape;
  if (group.whole && 2 * rows <= features) {
    // ‖aᵀb‖² = ⟨aaᵀ, bbᵀ⟩, with as many numbers as there are pairs of samples.
    const first = divided(a);
    const products = exactMatMul(first, first, false, true);
    const second = a === b ? first : divided(b);
    const others = a === b ? products : exactMatMul(second, second, false, true);
    const diagonal = tf.mean(tf.mul(first, second), 0);
    return tf.sub(tf.div(tf.sum(tf.mul(products, others)), rows * rows), tf.sum(tf.square(diagonal)));
  }
  const own = tf.div<tf.Tensor2D>(exactMatMul(a.rows, b.rows, true, false), rows);
  const products = tf.mul(group.overSamples(own), offDiagonal(features));
  // Divided here and not earlier: values that are the same on all ranks must be computed from values that are the same
  // on all.
  const down = a.divisors === null ? products : tf.div(products, tf.expandDims(a.divisors, 1));
  return tf.sum(tf.square(b.divisors === null ? down : tf.div(down, b.divisors)));
}

/** Returns the centred rows `[rows, features]`, to be divided by one number per feature. */
export interface Scaled {
  readonly rows: tf.Tensor2D;
  readonly divisors: tf.Tensor1D | null;
}

function divided({ rows, divisors }: Scaled): tf.Tensor2D {
  return divisors === null ? rows : tf.div(rows, divisors);
}

/** Returns 0 on the diagonal and 1 elsewhere; created in the step, so that no graph contains it as a constant. */
function offDiagonal(size: number): tf.Tensor2D {
  if (size === 1) return tf.zeros([1, 1]);
  return tf.oneHot(tf.range(0, size, 1, 'int32'), size, 0, 1, 'float32') as tf.Tensor2D;
}

/**
 * Ends a loss that every rank computes in the same way from `meanOverRanks`: returns the same value, whose gradient is
 * the mean of the incoming gradients of all ranks. The operations before it therefore have the same gradient on all
 * ranks, and need no exchange of their own.
 */
function sameOnRanks(loss: tf.Scalar, gather: boolean): tf.Scalar {
  return gather && ranks.worldSize > 1 ? ranks.allReduce(loss, 'mean') : loss;
}

/**
 * Returns the mean of a tensor over ranks, from which all ranks then compute the same, up to `sameOnRanks`. The
 * gradient of the result is therefore the same on all ranks: the result of the exchange of `ranks.allReduce` in the
 * backward pass is already there.
 */
function meanOverRanks<T extends tf.Tensor>(own: T, gather: boolean): T {
  if (!gather || ranks.worldSize === 1) return own;
  return withGradient<T>([own], () => ({ value: ranks.allReduce(own, 'mean'), gradient: (dy) => dy }));
}
