import type * as tf from '@tensorflow/tfjs-core';
import type { Convolution } from './geometry';

/** A convolution as matrix products. */
export interface ProductForm {
  readonly name: string;
  /** Whether it is that convolution, and faster. */
  takes(convolution: Convolution): boolean;
  /** What the input is multiplied by, made of the weight. */
  matrices(convolution: Convolution): tf.Tensor[];
  multiply(convolution: Convolution, matrices: readonly tf.Tensor[]): tf.Tensor4D;
}
