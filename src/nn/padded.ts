import * as tf from '@tensorflow/tfjs-core';
import type { AxisGeometry } from './convolution/geometry';

/**
 * Pads an image `[batch, height, width, channels]`, as far as a window reaches the padding: TensorFlow's own explicit
 * padding falls back from the fast kernels, and a strided window often reads nothing of the far side.
 */
export function padded(x: tf.Tensor4D, rows: AxisGeometry, columns: AxisGeometry, value = 0): tf.Tensor4D {
  const around = [rows.margins, columns.margins] as const;
  const isBare = around.flat().every((cells) => cells === 0);
  return isBare ? x : tf.pad(x, [[0, 0], ...around, [0, 0]], value);
}
