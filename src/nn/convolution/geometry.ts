import type * as tf from '@tensorflow/tfjs-core';

export interface ConvolutionOptions {
  readonly stride: number;
  /** The number of zeros on each side of height and width. */
  readonly padding: number;
}

/** The part of the input that one output position covers along an axis, without padding. */
export interface Window {
  readonly from: number;
  readonly size: number;
  /** The first tap of the kernel that meets the input. */
  readonly tap: number;
}

/** The outputs along an axis for which one tap of the kernel meets the input, and the first input that it meets. */
export interface TapReach {
  readonly output: number;
  readonly input: number;
  readonly count: number;
}

/** The geometry of a convolution along one axis. */
export class AxisGeometry {
  readonly output: number;

  constructor(
    readonly input: number,
    readonly kernel: number,
    readonly stride: number,
    readonly padding: number,
  ) {
    this.output = Math.floor((input + 2 * padding - kernel) / stride) + 1;
  }

  /** The cells of padding before and after the input, as far as a window reaches them. */
  get margins(): [before: number, after: number] {
    const end = (this.output - 1) * this.stride + this.kernel - this.padding;
    return [this.padding, Math.max(0, end - this.input)];
  }

  window(output: number): Window {
    const start = output * this.stride - this.padding;
    const from = Math.max(0, start);
    return { from, size: Math.min(this.input, start + this.kernel) - from, tap: from - start };
  }

  /** `null` for a tap that meets only padding. */
  reach(tap: number): TapReach | null {
    const output = Math.max(0, Math.ceil((this.padding - tap) / this.stride));
    const last = Math.min(this.output - 1, Math.floor((this.input - 1 + this.padding - tap) / this.stride));
    if (last < output) return null;
    return { output, input: output * this.stride + tap - this.padding, count: last - output + 1 };
  }
}

/** The geometry of a convolution: its image, its weight `[kh, kw, in, out]`, and how they meet. */
export interface Convolution extends ConvolutionOptions {
  readonly x: tf.Tensor4D;
  readonly weight: tf.Tensor4D;
  readonly rows: AxisGeometry;
  readonly columns: AxisGeometry;
}

export function describeConvolution(
  x: tf.Tensor4D,
  weight: tf.Tensor4D,
  { stride, padding }: ConvolutionOptions,
): Convolution {
  const [, height, width] = x.shape;
  const [kernelHeight, kernelWidth] = weight.shape;
  const rows = new AxisGeometry(height, kernelHeight, stride, padding);
  const columns = new AxisGeometry(width, kernelWidth, stride, padding);
  return { x, weight, stride, padding, rows, columns };
}
