import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './custom-gradient';

/**
 * Divides the rows of `[batch, features]` by their Euclidean norms, which count as at least `shortest`, as in PyTorch's
 * `nn.functional.normalize`. The gradient is finite even for a row of zeros, where tfjs's own square root gives NaN.
 */
export function normalizeRows(rows: tf.Tensor2D, shortest = 1e-12): tf.Tensor2D {
  return withGradient<tf.Tensor2D>([rows], () => {
    const norm = tf.sqrt(tf.sum(tf.square(rows), 1, true));
    const divisor = tf.maximum(norm, shortest);
    const units = tf.div<tf.Tensor2D>(rows, divisor);
    return {
      value: units,
      saved: [units, divisor, tf.cast(tf.greaterEqual(norm, shortest), 'float32')],
      gradient: (dy, saved) => {
        const [unit, divided, follows] = saved as [tf.Tensor2D, tf.Tensor, tf.Tensor];
        return tf.tidy(() => {
          const along = tf.mul(tf.sum(tf.mul(dy, unit), 1, true), follows);
          return tf.div(tf.sub(dy, tf.mul(along, unit)), divided);
        });
      },
    };
  });
}
