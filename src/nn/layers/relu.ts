import * as tf from '@tensorflow/tfjs-core';
import { runOp } from '../../engine';
import { withGradient } from '../custom-gradient';
import { Module } from '../module';

const attributes = { T: { type: 'type', value: 'float32' } } as const;

/** max(x, 0), for any shape. */
export class ReLU extends Module {
  forward<T extends tf.Tensor>(x: T): T {
    return relu(x);
  }
}

/**
 * Computes max(x, 0) with TensorFlow's own gradient operation, which needs only the output. The gradient of tfjs keeps
 * the input alive instead, and takes six operations on it.
 */
function relu<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([x], () => {
    const value = tf.relu(x);
    return {
      value,
      saved: [value],
      gradient: (dy, saved) => runOp('ReluGrad', attributes, [dy, ...saved], 1),
    };
  });
}
