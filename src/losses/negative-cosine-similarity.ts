import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../errors';
import { normalizedRows } from './normalized-rows';

/**
 * The mean over the batch of −cos(p, z): from −1, where every pair points the same way, to 1. Both are
 * `[batch, features]` and gradients flow to both; give `z` through `nn.stopGradient` as SimSiam and FastSiam do.
 *
 * Norms below 1e-8 count as 1e-8, as in lightly's `NegativeCosineSimilarity`.
 *
 * Source: Chen and He, "Exploring simple Siamese representation learning" (2021), equation 1.
 *
 * @throws FulgurError `module` where the shapes differ or are no matrices.
 */
export function negativeCosineSimilarity(p: tf.Tensor2D, z: tf.Tensor2D): tf.Scalar {
  if (p.rank !== 2 || !tf.util.arraysEqual(p.shape, z.shape)) {
    throw new FulgurError('module', {
      what: `negativeCosineSimilarity got p of shape [${p.shape.join(', ')}] and z of shape [${z.shape.join(', ')}].`,
      fix: 'Give two tensors of the same shape [batch, features].',
    });
  }
  return tf.tidy(() => tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(normalizedRows(p), normalizedRows(z)), 1))));
}
