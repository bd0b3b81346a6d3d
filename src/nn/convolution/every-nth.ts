import * as tf from '@tensorflow/tfjs-core';
import type { TapReach } from './geometry';

/**
 * Returns the positions of `x` `[batch, height, width, channels]` that a tap meets: `[batch·rows·columns, channels]`.
 * Height and width are multiples of the stride. Takes a plain slice of another view of the same memory, because tfjs
 * has no gradient for a strided slice.
 */
export function everyNth(x: tf.Tensor4D, stride: number, rows: TapReach, columns: TapReach): tf.Tensor2D {
  const [batch, height, width, channels] = x.shape;
  const phases = tf.reshape(x, [batch, height / stride, stride, width / stride, stride * channels]);
  const begin = [
    0,
    Math.floor(rows.input / stride),
    rows.input % stride,
    Math.floor(columns.input / stride),
    (columns.input % stride) * channels,
  ];
  const taken = tf.slice(phases, begin, [batch, rows.count, 1, columns.count, channels]);
  return tf.reshape(taken, [batch * rows.count * columns.count, channels]);
}
