import type * as tf from '@tensorflow/tfjs-core';
import type { Convolution } from './geometry';

/** A form of convolution as matrix products. */
export interface ProductForm {
  readonly name: string;
  /** Whether it can compute this convolution, and is faster. */
  takes(convolution: Convolution): boolean;
  /** The matrix, made from the weight, by which the input is multiplied. */
  matrices(convolution: Convolution): tf.Tensor[];
  multiply(convolution: Convolution, matrices: readonly tf.Tensor[]): tf.Tensor4D;
}
