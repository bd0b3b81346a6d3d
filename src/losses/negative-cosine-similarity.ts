import * as tf from '@tensorflow/tfjs-core';
import { float32Barrier } from '../nn';
import { normalizedRows } from './normalized-rows';
import { requirePair } from './require-pair';

/**
 * The mean over the batch of −cos(p, z): from −1, if the vectors of every pair have the same direction, to 1. Both are
 * `[batch, features]` and gradients flow to both; pass `z` through `nn.stopGradient`, as SimSiam and FastSiam do.
 *
 * Norms below 1e-8 count as 1e-8, as in lightly's `NegativeCosineSimilarity`.
 *
 * Source: Chen and He, "Exploring simple Siamese representation learning" (2021), equation 1.
 *
 * @throws FulgurError `module` if the shapes differ or are not matrices.
 */
export function negativeCosineSimilarity(p: tf.Tensor2D, z: tf.Tensor2D): tf.Scalar {
  requirePair('negativeCosineSimilarity', ['p', 'z'], p, z);
  return tf.tidy(() => {
    const [predictions, targets] = [p, z].map((rows) => normalizedRows(float32Barrier(rows))) as [
      tf.Tensor2D,
      tf.Tensor2D,
    ];
    return tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(predictions, targets), 1)));
  });
}
