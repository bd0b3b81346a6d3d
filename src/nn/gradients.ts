import * as tf from '@tensorflow/tfjs-core';
import { offTape } from '../engine';

/**
 * Returns the same values without a gradient: PyTorch's `detach()`. A parameter that a loss reaches in no other way has
 * no gradient, so an optimiser leaves it unchanged.
 */
export function stopGradient<T extends tf.Tensor>(tensor: T): T {
  return offTape(() => tf.clone(tensor));
}

/** Returns the elementwise mean of tensors of the same shape. */
export function meanOf<T extends tf.Tensor>(tensors: readonly T[]): T {
  return tf.tidy(() => tf.div<T>(tf.addN([...tensors]), tensors.length));
}
