import type * as tf from '@tensorflow/tfjs-core';
import { engineInfo, isFreezing, oncePerTrace } from '../../engine';
import { recomputed } from '../recomputed';
import { directConvolution } from './direct-convolution';
import { describeConvolution } from './geometry';
import type { Convolution, ConvolutionOptions } from './geometry';
import { pointwise } from './pointwise';
import type { ProductForm } from './product-form';
import { isBestTapwise, tapwiseGradient } from './tapwise-gradient';
import { twoByTwo } from './two-by-two';
import { weightGradient } from './weight-gradient';
import { windowProducts } from './window-products';

/** `docs/adr/0012-convolutions-as-products.md` compares them. The first one that accepts a convolution is used. */
const productForms: readonly ProductForm[] = [pointwise, twoByTwo, windowProducts];

/**
 * Convolves `x` `[batch, height, width, in]` with `weight` `[kh, kw, in, out]` in the fastest form that gives the same
 * result. On a GPU cuDNN chooses the form, and in a frozen graph its runtime does.
 */
export function convolve(x: tf.Tensor4D, weight: tf.Tensor4D, options: ConvolutionOptions): tf.Tensor4D {
  const convolution = describeConvolution(x, weight, options);
  if (isFreezing() || engineInfo().device !== 'cpu') return directConvolution(convolution, weightGradient);
  const form = productForms.find((one) => one.takes(convolution));
  if (form !== undefined) return multiply(form, convolution);
  return directConvolution(convolution, isBestTapwise(convolution) ? tapwiseGradient : weightGradient);
}

/** The weight is split once per step, not once per view. */
function multiply(form: ProductForm, convolution: Convolution): tf.Tensor4D {
  const { x, weight, stride, padding } = convolution;
  const [, height, width] = x.shape;
  const what = `${form.name}, ${height}×${width}, stride ${stride}, padding ${padding}`;
  const matrices = oncePerTrace(weight, what, () => form.matrices(convolution));
  return recomputed(x, matrices, (input, same) => form.multiply({ ...convolution, x: input }, same));
}
