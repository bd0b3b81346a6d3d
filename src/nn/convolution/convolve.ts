import type * as tf from '@tensorflow/tfjs-core';
import { engineInfo } from '../../engine';
import { recomputed } from '../recomputed';
import { directConvolution, tapwiseConvolution } from './direct-convolution';
import { describeConvolution } from './geometry';
import type { Convolution, ConvolutionOptions } from './geometry';
import { isPointwise, pointwiseConvolution } from './pointwise-convolution';
import { isBestTapwise } from './tapwise-gradient';
import { isTwoByTwo, twoByTwoConvolution } from './two-by-two-convolution';
import { hasFewWindows, windowConvolution } from './window-convolution';

/**
 * Convolves `x` `[batch, height, width, in]` with `weight` `[kh, kw, in, out]` in the fastest form that gives the
 * same result. On a GPU that is left to cuDNN, which has forms of its own.
 */
export function convolve(x: tf.Tensor4D, weight: tf.Tensor4D, options: ConvolutionOptions): tf.Tensor4D {
  const convolution = describeConvolution(x, weight, options);
  return engineInfo().device === 'cpu' ? convolveOnCpu(convolution) : directConvolution(convolution);
}

/** By forms that `docs/adr/0012-convolutions-as-products.md` compares. */
function convolveOnCpu(convolution: Convolution): tf.Tensor4D {
  const product = productForm(convolution);
  if (product !== null) {
    const { x, weight } = convolution;
    return recomputed(x, weight, (input, kernel) => product({ ...convolution, x: input, weight: kernel }));
  }
  return isBestTapwise(convolution) ? tapwiseConvolution(convolution) : directConvolution(convolution);
}

/** How a convolution is one of matrix products, or `null` where it is none. */
function productForm(convolution: Convolution): ((convolution: Convolution) => tf.Tensor4D) | null {
  if (isPointwise(convolution)) return pointwiseConvolution;
  if (isTwoByTwo(convolution)) return twoByTwoConvolution;
  return hasFewWindows(convolution) ? windowConvolution : null;
}
