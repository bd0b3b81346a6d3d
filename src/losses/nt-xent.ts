import * as tf from '@tensorflow/tfjs-core';
import { exactMatMul, float32Barrier, normalizeRows, stopGradient } from '../nn';
import { contrast } from './contrast';
import { logSumExpOver } from './cross-entropy';
import { requirePair, requirePositive, requireSeveral, requireTensor } from './require-pair';
import { FulgurError } from '../errors';

/** Options of `ntXent` and `ntXentAgainst`. */
export interface NtXentOptions {
  /** The divisor of cosine similarities (default 0.5). */
  readonly temperature?: number | tf.Scalar;
  /** Use the samples of all ranks as negatives (default `true`), or only this rank's, as lightly does by default. */
  readonly gather?: boolean;
}

/**
 * SimCLR's loss: identifies each view's partner among both views of all other samples, by the cross-entropy of their
 * cosine similarities divided by the temperature. The mean over the `2 · batch` views.
 *
 * `a` and `b` are `[batch, features]`, whose corresponding rows are two views of one sample; gradients flow to both.
 * Matches lightly's `NTXentLoss`, but over the samples of all ranks.
 *
 * Source: Chen et al., "A simple framework for contrastive learning of visual representations" (2020), equation 1.
 *
 * @throws FulgurError `module` if the shapes differ, or if all ranks together have one sample, which has no negatives.
 */
export function ntXent(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { temperature = 0.5, gather = true }: NtXentOptions = {},
): tf.Scalar {
  requirePair('ntXent', ['a', 'b'], a, b);
  requireSeveral('ntXent', a, gather, 'There is no other sample from which to distinguish it.');
  requirePositive('ntXent', { temperature });
  return tf.tidy(() => {
    const { cosines, positives, exclusion } = contrast(a, b, gather);
    const positive = tf.div<tf.Tensor1D>(positives, temperature);
    const logits = tf.div<tf.Tensor2D>(cosines, temperature);
    return tf.mean<tf.Scalar>(logSumExpOver(logits, tf.concat1d([positive, positive]), exclusion('itself')));
  });
}

/**
 * MoCo's loss: identifies each query's key among its own and those of a bank, by the cross-entropy of their cosine
 * similarities divided by the temperature. The mean over queries.
 *
 * `query` and `keys` are `[batch, features]`, whose corresponding rows are two views of one sample; gradients flow to
 * both, so compute the keys with a teacher. `bank` is `[size, features]`, such as `queue.values()`; push the keys after
 * this call. Matches lightly's `NTXentLoss` with a memory bank. Nothing is exchanged between ranks: the queue has the
 * keys of all.
 *
 * Source: He et al., "Momentum contrast for unsupervised visual representation learning" (2020), equation 1.
 *
 * @throws FulgurError `module` if the shapes do not fit.
 */
export function ntXentAgainst(
  query: tf.Tensor2D,
  keys: tf.Tensor2D,
  bank: tf.Tensor2D,
  { temperature = 0.5 }: Pick<NtXentOptions, 'temperature'> = {},
): tf.Scalar {
  requirePair('ntXentAgainst', ['query', 'keys'], query, keys);
  requireTensor('ntXentAgainst', 'bank', bank, '[size, features]');
  if (bank.rank !== 2 || bank.shape[1] !== query.shape[1]) {
    throw new FulgurError('module', {
      what: `ntXentAgainst got queries of shape [${query.shape.join(', ')}] and a bank of shape [${bank.shape.join(', ')}].`,
      fix: 'Pass a bank of shape [size, features] with as many features as the queries.',
    });
  }
  requirePositive('ntXentAgainst', { temperature });
  return tf.tidy(() => {
    const queries = normalizeRows(float32Barrier(query));
    const positives = tf.sum(tf.mul(queries, normalizeRows(float32Barrier(keys))), 1, true);
    const negatives = exactMatMul(queries, normalizeRows(float32Barrier(stopGradient(bank))), false, true);
    const logits = tf.div<tf.Tensor2D>(tf.concat2d([positives as tf.Tensor2D, negatives], 1), temperature);
    const positive = tf.div<tf.Tensor1D>(tf.squeeze(positives, [1]), temperature);
    return tf.mean<tf.Scalar>(logSumExpOver(logits, positive, null));
  });
}
