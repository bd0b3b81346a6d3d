import type * as tf from '@tensorflow/tfjs-core';
import { engineInfo } from '../../engine';
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
  return engineInfo().device === 'cpu' ? formOnCpu(convolution)(convolution) : directConvolution(convolution);
}

/** Measured in `docs/adr/0010-forms-of-a-convolution.md`. */
function formOnCpu(convolution: Convolution): (convolution: Convolution) => tf.Tensor4D {
  if (isPointwise(convolution)) return pointwiseConvolution;
  if (isTwoByTwo(convolution)) return twoByTwoConvolution;
  if (hasFewWindows(convolution)) return windowConvolution;
  return isBestTapwise(convolution) ? tapwiseConvolution : directConvolution;
}
