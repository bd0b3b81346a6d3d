import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../module';

/**
 * `[batch, …]` to `[batch, features]`. Images are flattened channel by channel, as PyTorch does, so that the weights
 * of a linear layer behind it mean the same in both.
 */
export class Flatten extends Module {
  forward(x: tf.Tensor): tf.Tensor2D {
    return flattened(x);
  }
}

/** What `Flatten` computes, for modules in which it has no place in the state dict. */
export function flattened(x: tf.Tensor): tf.Tensor2D {
  const [batch = 0] = x.shape;
  return tf.tidy(() => {
    const isImage = x.rank === 4 && (x.shape[1] !== 1 || x.shape[2] !== 1);
    const ordered = isImage ? tf.transpose(x, [0, 3, 1, 2]) : x;
    return tf.reshape(ordered, [batch, x.size / batch]);
  });
}
