import * as tf from '@tensorflow/tfjs-core';
import { holdUntil, runOp } from '../../engine';
import type { OpAttributes } from '../../engine';
import { numbers, requireNumbers } from '../../errors';
import { AxisGeometry } from '../convolution';
import { withGradient } from '../custom-gradient';
import { Module } from '../module';
import { padded } from '../padded';
import { requireSizes } from '../require-sizes';

/** Options of pooling layers. */
export interface PoolOptions {
  /** The stride (default: the kernel's size). */
  readonly stride?: number;
  /** The number of cells added on each side of height and width (default 0). */
  readonly padding?: number;
}

/** The maximum of each window: `[batch, height, width, channels]`. Padding never wins, as in PyTorch. */
export class MaxPool2d extends Module {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;

  constructor(kernel: number, { stride = kernel, padding = 0 }: PoolOptions = {}) {
    super();
    requireWindows('MaxPool2d', { kernel, stride, padding });
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => maxPool(x, this));
  }
}

/** The mean of each window: `[batch, height, width, channels]`. Padding counts as zeros, as in PyTorch. */
export class AvgPool2d extends Module {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;

  constructor(kernel: number, { stride = kernel, padding = 0 }: PoolOptions = {}) {
    super();
    requireWindows('AvgPool2d', { kernel, stride, padding });
    this.kernel = kernel;
    this.stride = stride;
    this.padding = padding;
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.tidy(() => tf.avgPool(padded(x, ...axesOf(x, this)), this.kernel, this.stride, 'valid'));
  }
}

/** The mean over height and width: `[batch, height, width, channels]` to `[batch, 1, 1, channels]`. */
export class AdaptiveAvgPool2d extends Module {
  /** @param outputSize the only supported size. */
  constructor(readonly outputSize: 1 = 1) {
    super();
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    return tf.mean(x, [1, 2], true);
  }
}

/** The gradient of tfjs keeps the padded input; here it is recomputed when the gradient is needed. */
function maxPool(x: tf.Tensor4D, pool: PoolWindows): tf.Tensor4D {
  const { kernel, stride, padding } = pool;
  const axes = axesOf(x, pool);
  return withGradient<tf.Tensor4D>([x], () => {
    const value = tf.maxPool(padded(x, ...axes, -Infinity), kernel, stride, 'valid');
    return {
      value,
      saved: [x, value],
      gradient: (dy, saved) => {
        const [input, output] = saved as [tf.Tensor4D, tf.Tensor4D];
        const surrounded = padded(holdUntil(input, dy), ...axes, -Infinity);
        const attributes: OpAttributes = {
          T: { type: 'type', value: 'float32' },
          ksize: { type: 'ints', value: [1, kernel, kernel, 1] },
          strides: { type: 'ints', value: [1, stride, stride, 1] },
          padding: { type: 'string', value: 'VALID' },
          data_format: { type: 'string', value: 'NHWC' },
        };
        const [gradient] = runOp('MaxPoolGrad', attributes, [surrounded, output, dy], 1);
        return tf.slice(gradient as tf.Tensor4D, [0, padding, padding, 0], x.shape);
      },
    };
  });
}

function requireWindows(owner: string, { kernel, stride, padding }: PoolWindows): void {
  requireSizes(owner, { kernel, stride });
  requireNumbers(owner, { padding }, numbers.countFromZero, { kind: 'module' });
}

interface PoolWindows {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
}

function axesOf(
  { shape: [, height, width] }: tf.Tensor4D,
  { kernel, stride, padding }: PoolWindows,
): [rows: AxisGeometry, columns: AxisGeometry] {
  const axis = (input: number): AxisGeometry => new AxisGeometry(input, kernel, stride, padding);
  return [axis(height), axis(width)];
}
