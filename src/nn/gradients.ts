import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from './custom-gradient';

/** The same values, through which no gradient flows: PyTorch's `detach()`. */
export function stopGradient<T extends tf.Tensor>(tensor: T): T {
  return withGradient<T>([tensor], () => ({
    value: tf.clone(tensor),
    gradient: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
}

/** The elementwise mean of tensors of one shape. */
export function meanOf<T extends tf.Tensor>(tensors: readonly T[]): T {
  return tf.tidy(() => tf.div<T>(tf.addN([...tensors]), tensors.length));
}
