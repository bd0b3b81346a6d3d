import * as tf from '@tensorflow/tfjs-core';
import { Module } from '../module';

export interface PoolOptions {
  /** Default: the kernel's size. */
  readonly stride?: number;
  /** Cells added on each side of height and width (default 0). */
  readonly padding?: number;
}

/** Surrounds an image by its padding; TensorFlow's own explicit padding leaves the fast kernels. */
function padded(x: tf.Tensor4D, padding: number, value: number): tf.Tensor4D {
  const around: [number, number] = [padding, padding];
  return padding === 0 ? x : tf.pad(x, [[0, 0], around, around, [0, 0]], value);
}

/** The largest value of each window: `[batch, height, width, channels]`. Padding never wins, as in PyTorch. */
export class MaxPool2d extends Module {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;

  constructor(kernel: number, { stride = kernel, padding = 0 }: PoolOptions = {}) {
    super();
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => tf.maxPool(padded(x, this.padding, -Infinity), this.kernel, this.stride, 'valid'));
  }
}

/** The mean of each window: `[batch, height, width, channels]`. Padding counts as zeros, as in PyTorch. */
export class AvgPool2d extends Module {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;

  constructor(kernel: number, { stride = kernel, padding = 0 }: PoolOptions = {}) {
    super();
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => tf.avgPool(padded(x, this.padding, 0), this.kernel, this.stride, 'valid'));
  }
}

/** The mean over height and width: `[batch, height, width, channels]` to `[batch, 1, 1, channels]`. */
export class AdaptiveAvgPool2d extends Module {
  /** @param outputSize the only size offered. */
  constructor(readonly outputSize: 1 = 1) {
    super();
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.mean(x, [1, 2], true);
  }
}
