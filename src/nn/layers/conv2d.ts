import * as tf from '@tensorflow/tfjs-core';
import { numbers, requireNumbers } from '../../errors';
import { convolve } from '../convolution';
import { pytorchUniform } from '../initialization';
import type { Initializer } from '../initialization';
import { Module } from '../module';
import { parameter } from '../parameter';
import type { Parameter } from '../parameter';
import { requireShape } from '../require-shape';
import { requireSizes } from '../require-sizes';

/** Options of `Conv2d`. */
export interface Conv2dOptions {
  /** The stride (default 1). */
  readonly stride?: number;
  /** The number of zeros on each side of height and width (default 0). */
  readonly padding?: number;
  /** Add a learned bias (default `true`). */
  readonly bias?: boolean;
  /** The initialisation of the weight (default PyTorch's, `pytorchUniform`). */
  readonly initialization?: Initializer;
}

/**
 * Two-dimensional convolution with a square kernel: `[batch, height, width, inChannels]` to
 * `[batch, ⌊(height + 2·padding − kernel) / stride⌋ + 1, …, outChannels]`.
 *
 * State dict: `weight` `[out, in, kernel, kernel]`, `bias` `[out]`, as in PyTorch's `nn.Conv2d`.
 */
export class Conv2d extends Module {
  readonly weight: Parameter<tf.Rank.R4>;
  readonly bias: Parameter<tf.Rank.R1> | null;
  readonly stride: number;
  readonly padding: number;

  constructor(
    inChannels: number,
    outChannels: number,
    kernel: number,
    { stride = 1, padding = 0, bias = true, initialization = pytorchUniform }: Conv2dOptions = {},
  ) {
    super();
    requireSizes('Conv2d', { inChannels, outChannels, kernel, stride });
    requireNumbers('Conv2d', { padding }, numbers.countFromZero, { kind: 'module' });
    const area = kernel * kernel;
    const fans = { fanIn: inChannels * area, fanOut: outChannels * area };
    const shape: tf.ShapeMap[tf.Rank.R4] = [kernel, kernel, inChannels, outChannels];
    this.weight = parameter(initialization<tf.Rank.R4>(shape, fans), { layout: 'convolution' });
    this.bias = bias ? parameter(pytorchUniform<tf.Rank.R1>([outChannels], fans)) : null;
    this.stride = stride;
    this.padding = padding;
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    const [kernel, , inChannels, outChannels] = this.weight.shape;
    requireShape(`Conv2d(${inChannels}, ${outChannels}, ${kernel})`, x, 4, inChannels);
    return tf.tidy(() => {
      const y = convolve(x, this.weight, { stride: this.stride, padding: this.padding });
      return this.bias === null ? y : tf.add(y, this.bias);
    });
  }
}
