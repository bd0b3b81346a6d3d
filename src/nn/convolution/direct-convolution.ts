import * as tf from '@tensorflow/tfjs-core';
import { holdUntil, runOp } from '../../engine';
import { withGradient } from '../custom-gradient';
import type { Convolution } from './geometry';
import { attributesOf, paddingOf, surrounded, surroundedShape } from './surroundings';

/** Computes the gradient of a convolution's weight from that of its output. */
export type WeightGradient = (convolution: Convolution, dy: tf.Tensor4D) => tf.Tensor4D;

/** A convolution by TensorFlow's own operation; its padded input is not kept for the backward pass but recomputed. */
export function directConvolution(convolution: Convolution, weightGradient: WeightGradient): tf.Tensor4D {
  const { x, weight, stride } = convolution;
  return withGradient<tf.Tensor4D>([x, weight], () => ({
    value: tf.conv2d(surrounded(convolution), weight, stride, paddingOf(convolution)),
    saved: [x, weight],
    gradient: (dy, saved) => {
      const [input, kernel] = saved as [tf.Tensor4D, tf.Tensor4D];
      const again = { ...convolution, x: holdUntil(input, dy), weight: kernel };
      return [inputGradient(again, dy), weightGradient(again, dy)];
    },
  }));
}

function inputGradient(convolution: Convolution, dy: tf.Tensor4D): tf.Tensor4D {
  const { x, weight, padding } = convolution;
  const shape = surroundedShape(convolution);
  const inputs = [tf.tensor1d(shape, 'int32'), weight, dy];
  const [gradient] = runOp('Conv2DBackpropInput', attributesOf(convolution), inputs, 1);
  return shape[1] === x.shape[1] && shape[2] === x.shape[2]
    ? (gradient as tf.Tensor4D)
    : tf.slice(gradient as tf.Tensor4D, [0, padding, padding, 0], x.shape);
}
