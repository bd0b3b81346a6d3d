import * as tf from '@tensorflow/tfjs-core';
import type { Convolution } from './geometry';

/**
 * A convolution by TensorFlow's own operation, in a form that oneDNN runs: explicit padding leaves its kernels (the
 * backward pass of strided ones gets 5× slower), so other paddings than SAME become a pad of their own.
 */
export function directConvolution({ x, weight, stride, padding, rows, columns }: Convolution): tf.Tensor4D {
  if (padding === 0) return tf.conv2d(x, weight, stride, 'valid');
  const keepsSize = stride === 1 && rows.kernel === 2 * padding + 1 && columns.kernel === 2 * padding + 1;
  if (keepsSize) return tf.conv2d(x, weight, 1, 'same');
  const around: [number, number] = [padding, padding];
  return tf.conv2d(tf.pad(x, [[0, 0], around, around, [0, 0]]), weight, stride, 'valid');
}
