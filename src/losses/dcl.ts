import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from '../nn';
import { contrast } from './contrast';
import type { Contrast } from './contrast';
import { logSumExpOver } from './cross-entropy';
import { requirePair, requirePositive, requireSeveral } from './require-pair';

/** Options of `dcl`. */
export interface DclOptions {
  /** The divisor of cosine similarities (default 0.1). */
  readonly temperature?: number | tf.Scalar;
  /** Use the samples of all ranks as negatives (default `true`), or only this rank's, as lightly does by default. */
  readonly gather?: boolean;
}

/** Options of `dclw`. */
export interface DclwOptions extends DclOptions {
  /** The divisor of the cosines of positive pairs in their weights (default 0.5). */
  readonly sigma?: number;
}

/**
 * Decoupled contrastive learning: `ntXent` without the positive pair in the denominator. The mean over the `2 · batch` views.
 *
 * `a` and `b` are `[batch, features]`, whose corresponding rows are two views of one sample; gradients flow to both.
 * Matches lightly's `DCLLoss`, but over the samples of all ranks.
 *
 * Source: Yeh et al., "Decoupled contrastive learning" (2021), equation 6.
 *
 * @throws FulgurError `module` if the shapes differ, or if all ranks together have one sample.
 */
export function dcl(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { temperature = 0.1, gather = true }: DclOptions = {},
): tf.Scalar {
  return decoupled('dcl', a, b, { temperature, gather }, () => null);
}

/**
 * `dcl` with larger weights for less similar positive pairs: 2 − samples · softmax(cosine / sigma), by the negative von
 * Mises-Fisher weighting. Matches lightly's `DCLWLoss`, but all of it, including the softmax, is over the samples of
 * all ranks.
 *
 * Source: Yeh et al., "Decoupled contrastive learning" (2021), section 3.
 *
 * @throws FulgurError `module` if the shapes differ, or if all ranks together have one sample.
 */
export function dclw(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { temperature = 0.1, sigma = 0.5, gather = true }: DclwOptions = {},
): tf.Scalar {
  requirePositive('dclw', { sigma });
  return decoupled('dclw', a, b, { temperature, gather }, ({ positives, allPositives }) => {
    const all = tf.div<tf.Tensor1D>(stopGradient(allPositives()), sigma);
    const own = tf.div(stopGradient(positives), sigma);
    const logits = tf.expandDims<tf.Tensor2D>(all, 0);
    const logSum = logSumExpOver(logits, tf.zeros<tf.Rank.R1>([1]), null);
    return tf.sub(2, tf.mul(tf.exp(tf.sub(own, logSum)), all.size));
  });
}

function decoupled(
  name: string,
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { temperature, gather }: Required<DclOptions>,
  weightsOf: (pairs: Contrast) => tf.Tensor1D | null,
): tf.Scalar {
  requirePair(name, ['a', 'b'], a, b);
  requireSeveral(name, a, gather, 'There is no other sample from which to distinguish it.');
  requirePositive(name, { temperature });
  return tf.tidy(() => {
    const pairs = contrast(a, b, gather);
    const weights = weightsOf(pairs);
    const cosines = weights === null ? pairs.positives : tf.mul<tf.Tensor1D>(pairs.positives, weights);
    const positive = tf.div<tf.Tensor1D>(cosines, temperature);
    const logits = tf.div<tf.Tensor2D>(pairs.cosines, temperature);
    const both = tf.concat1d([positive, positive]);
    return tf.mean<tf.Scalar>(logSumExpOver(logits, both, pairs.exclusion('its sample')));
  });
}
