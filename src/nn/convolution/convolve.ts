import type * as tf from '@tensorflow/tfjs-core';
import { denseConvolution, isDense } from './dense-convolution';
import { directConvolution } from './direct-convolution';
import { describeConvolution } from './geometry';
import type { ConvolutionOptions } from './geometry';

/**
 * Convolves `x` `[batch, height, width, in]` with `weight` `[kh, kw, in, out]` in the fastest form that gives the
 * same result.
 */
export function convolve(x: tf.Tensor4D, weight: tf.Tensor4D, options: ConvolutionOptions): tf.Tensor4D {
  const convolution = describeConvolution(x, weight, options);
  return isDense(convolution) ? denseConvolution(convolution) : directConvolution(convolution);
}
