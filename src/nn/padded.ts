import * as tf from '@tensorflow/tfjs-core';
import type { AxisGeometry } from './convolution/geometry';

/**
 * Surrounds an image `[batch, height, width, channels]` by its padding, as far as a window reaches it: TensorFlow's own
 * explicit padding leaves the fast kernels, and of a window with steps the far side often reads none.
 */
export function padded(x: tf.Tensor4D, rows: AxisGeometry, columns: AxisGeometry, value = 0): tf.Tensor4D {
  const around = [rows.margins, columns.margins] as const;
  const isBare = around.flat().every((cells) => cells === 0);
  return isBare ? x : tf.pad(x, [[0, 0], ...around, [0, 0]], value);
}
