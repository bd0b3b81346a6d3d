import type * as tf from '@tensorflow/tfjs-core';

export interface ConvolutionOptions {
  readonly stride: number;
  /** Zeros on each side of height and width. */
  readonly padding: number;
}

/** Extents of one convolution along one axis. */
export interface AxisGeometry {
  readonly input: number;
  readonly kernel: number;
  readonly output: number;
}

/** A convolution: its image, its weight `[kh, kw, in, out]`, and how they meet. */
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
  const axis = (input: number, kernel: number): AxisGeometry => ({
    input,
    kernel,
    output: Math.floor((input + 2 * padding - kernel) / stride) + 1,
  });
  const [, height, width] = x.shape;
  const [kernelHeight, kernelWidth] = weight.shape;
  return { x, weight, stride, padding, rows: axis(height, kernelHeight), columns: axis(width, kernelWidth) };
}
