import * as tf from '@tensorflow/tfjs-core';
import { offTape } from '../engine';
import { FulgurError } from '../errors';
import { float32Barrier } from '../nn';
import { requireTensor } from './require-pair';

const EPSILON = 1e-6;

/** Options of `maePatchLoss`. */
export interface MaePatchLossOptions {
  /**
   * Predict the pixels of each patch minus their mean, divided by their standard deviation (default `false`: the plain
   * pixels).
   */
  readonly normalize?: boolean;
}

/**
 * MAE's loss: the mean squared difference between the predicted and the true pixels of the masked patches, both
 * `[batch, patches, pixels]`. Gradients flow to the predictions.
 *
 * Matches PyTorch's `MSELoss`, which lightly's example uses; `normalize` is the paper's `norm_pix_loss` (unbiased
 * variance, epsilon 1e-6).
 *
 * Source: He et al., "Masked autoencoders are scalable vision learners" (2022), section 3.
 *
 * @throws FulgurError `module` if the shapes differ or there are no patches, and with `normalize` for patches of one
 *   number.
 */
export function maePatchLoss(
  predictions: tf.Tensor3D,
  targets: tf.Tensor3D,
  { normalize = false }: MaePatchLossOptions = {},
): tf.Scalar {
  requireTensor('maePatchLoss', 'predictions', predictions, '[batch, patches, pixels]');
  requireTensor('maePatchLoss', 'targets', targets, '[batch, patches, pixels]');
  if (predictions.rank !== 3 || !tf.util.arraysEqual(predictions.shape, targets.shape)) {
    throw new FulgurError('module', {
      what: `maePatchLoss got predictions of shape [${predictions.shape.join(', ')}] and targets of shape [${targets.shape.join(', ')}].`,
      fix: 'Pass two tensors of the same shape [batch, patches, pixels].',
    });
  }
  if (predictions.size === 0) {
    throw new FulgurError('module', {
      what: `maePatchLoss got no patches: predictions and targets of shape [${predictions.shape.join(', ')}].`,
      why: 'A mean of no numbers is not defined.',
      fix: 'Mask at least one patch of each image.',
    });
  }
  if (normalize && targets.shape[2] < 2) {
    throw new FulgurError('module', {
      what: `maePatchLoss cannot normalise patches of one number, [${targets.shape.join(', ')}].`,
      why: 'Their standard deviation is not defined.',
      fix: 'Remove normalize.',
    });
  }
  return tf.tidy(() => {
    const pixels = offTape(() => (normalize ? normalized(float32Barrier(targets)) : float32Barrier(targets)));
    return tf.mean<tf.Scalar>(tf.squaredDifference(float32Barrier(predictions), pixels));
  });
}

function normalized(patches: tf.Tensor3D): tf.Tensor3D {
  const pixels = patches.shape[2];
  const centred = tf.sub(patches, tf.mean(patches, 2, true));
  const variance = tf.div(tf.sum(tf.square(centred), 2, true), pixels - 1);
  return tf.div(centred, tf.sqrt(tf.add(variance, EPSILON)));
}
