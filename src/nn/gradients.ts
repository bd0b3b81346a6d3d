import * as tf from '@tensorflow/tfjs-core';
import { offTape } from '../engine';

/**
 * The same values, through which no path leads back: PyTorch's `detach()`. What a loss reaches in no other way gets no
 * gradient, so an optimiser leaves it alone.
 */
export function stopGradient<T extends tf.Tensor>(tensor: T): T {
  return offTape(() => tf.clone(tensor));
}

/** The elementwise mean of tensors of one shape. */
export function meanOf<T extends tf.Tensor>(tensors: readonly T[]): T {
  return tf.tidy(() => tf.div<T>(tf.addN([...tensors]), tensors.length));
}
