import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../module';

/**
 * Flattens `[batch, …]` to `[batch, features]`. Images are flattened channel by channel, as in PyTorch, so that the
 * weights of a following linear layer have the same meaning in both.
 */
export class Flatten extends Module {
  forward(x: tf.Tensor): tf.Tensor2D {
    return flattened(x);
  }
}

/** Computes `Flatten`, for modules in which it has no place in the state dict. */
export function flattened(x: tf.Tensor): tf.Tensor2D {
  const [batch = 0] = x.shape;
  return tf.tidy(() => {
    const isImage = x.rank === 4 && (x.shape[1] !== 1 || x.shape[2] !== 1);
    const ordered = isImage ? tf.transpose(x, [0, 3, 1, 2]) : x;
    return tf.reshape(ordered, [batch, x.size / batch]);
  });
}
