import * as tf from '@tensorflow/tfjs-core';

/** The same values, through which no gradient flows: PyTorch's `detach()`. */
export function stopGradient<T extends tf.Tensor>(tensor: T): T {
  const detached = tf.customGrad((x) => ({
    value: tf.clone(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
  }));
  return detached(tensor) as T;
}

/** The elementwise mean of tensors of one shape. */
export function meanOf<T extends tf.Tensor>(tensors: readonly T[]): T {
  return tf.tidy(() => tf.div<T>(tf.addN([...tensors]), tensors.length));
}
