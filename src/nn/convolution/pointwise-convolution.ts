import * as tf from '@tensorflow/tfjs-core';
import { everyNth } from './every-nth';
import type { Convolution } from './geometry';

/** Whether a 1×1 kernel takes every so-manieth position, as the shortcuts of residual networks do. */
export function isPointwise({ rows, columns, stride, padding }: Convolution): boolean {
  const fits = rows.input % stride === 0 && columns.input % stride === 0;
  return rows.kernel === 1 && columns.kernel === 1 && stride > 1 && padding === 0 && fits;
}

/** A product of the positions that are seen: `[batch·positions, in] · [in, out]`. */
export function pointwiseConvolution({ x, weight, rows, columns, stride }: Convolution): tf.Tensor4D {
  const [batch] = x.shape;
  const [, , inChannels, outChannels] = weight.shape;
  const first = { output: 0, input: 0 };
  const seen = everyNth(x, stride, { ...first, count: rows.output }, { ...first, count: columns.output });
  const product = tf.matMul(seen, tf.reshape<tf.Rank.R2>(weight, [inChannels, outChannels]));
  return tf.reshape(product, [batch, rows.output, columns.output, outChannels]);
}
