import * as tf from '@tensorflow/tfjs-core';

const SHORTEST = 1e-8;
/** Avoids 0 / 0 in the gradient of a row of zeros; far below any relevant norm of float32 values. */
const TINY = 1e-30;

/**
 * Divides rows by their Euclidean norms, which count as at least 1e-8.
 *
 * The gradient is finite everywhere: the norm of a row of zeros has the gradient 0, as in PyTorch, where tfjs's own
 * square root gives NaN.
 */
export function normalizedRows(x: tf.Tensor2D): tf.Tensor2D {
  const differentiable = tf.customGrad<tf.Tensor2D>((input, save) => {
    const rows = input as tf.Tensor2D;
    const norm = tf.sqrt(tf.sum(tf.square(rows), 1, true));
    const divisor = tf.maximum(norm, SHORTEST);
    const units = tf.div<tf.Tensor2D>(rows, divisor);
    const directions = tf.div(rows, tf.maximum(norm, TINY));
    (save as (tensors: tf.Tensor[]) => void)([units, directions, divisor]);
    return {
      value: units,
      gradFunc: (dy, [unit, direction, length]) => {
        const along = tf.sum(tf.mul(dy, unit as tf.Tensor), 1, true);
        return tf.div(tf.sub(dy, tf.mul(along, direction as tf.Tensor)), length as tf.Tensor);
      },
    };
  });
  return differentiable(x);
}
