import * as tf from '@tensorflow/tfjs-core';
import { holdUntil, runOp } from '../../engine';
import type { OpAttributes } from '../../engine';
import { withGradient } from '../custom-gradient';
import { padded } from '../padded';
import type { Convolution } from './geometry';
import { tapwiseGradient } from './tapwise-gradient';

/**
 * A convolution by TensorFlow's own operation, in a form that oneDNN runs: explicit padding leaves its kernels (the
 * backward pass of strided ones gets 5× slower), so other paddings than SAME become a pad of their own.
 */
export function directConvolution(convolution: Convolution): tf.Tensor4D {
  const { weight, stride } = convolution;
  return tf.conv2d(surrounded(convolution), weight, stride, paddingOf(convolution));
}

/** The same with the weight's gradient taken tap by tap. */
export function tapwiseConvolution(convolution: Convolution): tf.Tensor4D {
  const { x, weight } = convolution;
  return withGradient<tf.Tensor4D>([x, weight], () => ({
    value: directConvolution(convolution),
    saved: [x, weight],
    gradient: (dy, saved) => {
      const [input, kernel] = saved as [tf.Tensor4D, tf.Tensor4D];
      const again = { ...convolution, x: input, weight: kernel };
      return [inputGradient(again, dy), tapwiseGradient({ ...again, x: holdUntil(input, dy) }, dy)];
    },
  }));
}

/** TensorFlow's own gradient of the input. */
function inputGradient(convolution: Convolution, dy: tf.Tensor4D): tf.Tensor4D {
  const { x, weight, stride, padding } = convolution;
  const { shape } = surrounded(convolution);
  const attributes: OpAttributes = {
    T: { type: 'type', value: 'float32' },
    strides: { type: 'ints', value: [1, stride, stride, 1] },
    padding: { type: 'string', value: paddingOf(convolution).toUpperCase() },
    data_format: { type: 'string', value: 'NHWC' },
  };
  const [gradient] = runOp('Conv2DBackpropInput', attributes, [tf.tensor1d(shape, 'int32'), weight, dy], 1);
  return shape[1] === x.shape[1]
    ? (gradient as tf.Tensor4D)
    : tf.slice(gradient as tf.Tensor4D, [0, padding, padding, 0], x.shape);
}

function paddingOf({ stride, padding, rows, columns }: Convolution): 'same' | 'valid' {
  const keepsSize = stride === 1 && rows.kernel === 2 * padding + 1 && columns.kernel === 2 * padding + 1;
  return keepsSize ? 'same' : 'valid';
}

function surrounded(convolution: Convolution): tf.Tensor4D {
  const { x, stride, padding, rows, columns } = convolution;
  if (paddingOf(convolution) === 'same') return x;
  return padded(x, { kernel: [rows.kernel, columns.kernel], stride, padding });
}
