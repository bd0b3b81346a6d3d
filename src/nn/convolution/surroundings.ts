import type * as tf from '@tensorflow/tfjs-core';
import type { OpAttributes } from '../../engine';
import { padded } from '../padded';
import type { Convolution } from './geometry';

/**
 * The padding attribute of TensorFlow's operations. Explicit padding falls back from oneDNN's kernels (the backward
 * pass of strided convolutions gets 5× slower), so all padding other than SAME becomes a separate pad.
 */
export function paddingOf({ stride, padding, rows, columns }: Convolution): 'same' | 'valid' {
  const keepsSize = stride === 1 && rows.kernel === 2 * padding + 1 && columns.kernel === 2 * padding + 1;
  return keepsSize ? 'same' : 'valid';
}

/** Returns the input with the padding that the operations do not add themselves. */
export function surrounded(convolution: Convolution): tf.Tensor4D {
  const { x, rows, columns } = convolution;
  return paddingOf(convolution) === 'same' ? x : padded(x, rows, columns);
}

/** Returns the shape of the padded input, without making it. */
export function surroundedShape(convolution: Convolution): tf.Tensor4D['shape'] {
  const [batch, height, width, channels] = convolution.x.shape;
  if (paddingOf(convolution) === 'same') return [batch, height, width, channels];
  const [rows, columns] = [convolution.rows, convolution.columns].map(
    ({ input, margins: [before, after] }) => before + input + after,
  ) as [number, number];
  return [batch, rows, columns, channels];
}

/** Returns the attributes of TensorFlow's gradients of a convolution. */
export function attributesOf(convolution: Convolution): OpAttributes {
  const { stride } = convolution;
  return {
    T: { type: 'type', value: 'float32' },
    strides: { type: 'ints', value: [1, stride, stride, 1] },
    padding: { type: 'string', value: paddingOf(convolution).toUpperCase() },
    data_format: { type: 'string', value: 'NHWC' },
  };
}
