import * as tf from '@tensorflow/tfjs-core';
import { everyNth } from './every-nth';
import type { Convolution } from './geometry';

/**
 * The largest number of outputs for which a product for each tap is no slower than oneDNN's own gradient; in bfloat16
 * it is far faster.
 */
const MOST_OUTPUTS = 7 * 7;
/** Products of fewer channels are too narrow. */
const FEWEST_CHANNELS = 64;

/** Whether the weight's gradient is best computed tap by tap. */
export function isBestTapwise({ weight, rows, columns, stride }: Convolution): boolean {
  const [, , inChannels, outChannels] = weight.shape;
  const fits = rows.input % stride === 0 && columns.input % stride === 0;
  const isSmall = rows.output * columns.output <= MOST_OUTPUTS;
  return fits && isSmall && rows.kernel > 1 && Math.min(inChannels, outChannels) >= FEWEST_CHANNELS;
}

/**
 * Returns the gradient of a convolution's weight, `[kh, kw, in, out]`: for each tap the product of the inputs that it
 * meets and the gradients `dy` `[batch, height, width, out]` of the outputs to which it contributes.
 */
export function tapwiseGradient(
  { x, weight, rows, columns, stride }: Convolution,
  dy: tf.Tensor4D,
): tf.Tensor4D {
  const [, , inChannels, outChannels] = weight.shape;
  const gradientOf = (rowTap: number, columnTap: number): tf.Tensor2D => {
    const row = rows.reach(rowTap);
    const column = columns.reach(columnTap);
    if (row === null || column === null) return tf.zeros([inChannels, outChannels]);
    const inputs = everyNth(x, stride, row, column);
    const outputs = everyNth(dy, 1, { ...row, input: row.output }, { ...column, input: column.output });
    return tf.matMul(inputs, outputs, true);
  };
  const taps: tf.Tensor2D[] = [];
  for (let row = 0; row < rows.kernel; row++) {
    for (let column = 0; column < columns.kernel; column++) taps.push(gradientOf(row, column));
  }
  return tf.reshape(tf.concat(taps, 0), weight.shape);
}
