import * as tf from '@tensorflow/tfjs-core';
import { runOp } from '../../engine';
import type { Convolution } from './geometry';
import { attributesOf, surrounded } from './surroundings';

/** TensorFlow's own gradient of a convolution's weight, `[kh, kw, in, out]`. */
export function weightGradient(convolution: Convolution, dy: tf.Tensor4D): tf.Tensor4D {
  const shape = tf.tensor1d(convolution.weight.shape, 'int32');
  const inputs = [surrounded(convolution), shape, dy];
  const [gradient] = runOp('Conv2DBackpropFilter', attributesOf(convolution), inputs, 1);
  return gradient as tf.Tensor4D;
}
