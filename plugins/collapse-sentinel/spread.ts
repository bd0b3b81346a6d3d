import { tf } from '../../src';

/**
 * How widely a batch of vectors spreads over the unit sphere: the mean over the dimensions of
 * std(z / ‖z‖₂) · √d, the deviation unbiased as `torch.std` has it. About 1 for directions spread evenly, 0 for equal
 * ones; NaN for a batch of one, which has no spread.
 *
 * @param z `[batch, d]`.
 */
export function spread(z: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const [batch, width] = z.shape;
    const length = tf.maximum(tf.sqrt(tf.sum(tf.square(z), 1, true)), 1e-12);
    const directions = tf.div(z, length);
    const deviations = tf.sub(directions, tf.mean(directions, 0, true));
    const variance = tf.div(tf.sum(tf.square(deviations), 0), batch - 1);
    return tf.reshape(tf.mul(tf.mean(tf.sqrt(variance)), Math.sqrt(width)), []);
  });
}
