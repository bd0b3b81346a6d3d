import type * as tf from '@tensorflow/tfjs-core';
import { dropped } from '../../engine';
import { numbers, requireNumbers } from '../../errors';
import { Module } from '../module';

/**
 * In training, sets each value to zero with the given probability and scales the others by 1 / (1 − probability); in
 * evaluation, returns its input. Any shape.
 *
 * In a step the mask is a draw of the step, as `tf.dropout`'s is: a resumed run draws the same masks, and no two ranks do.
 *
 * Source: Srivastava et al., "Dropout" (2014), scaled as in PyTorch's `nn.Dropout`.
 */
export class Dropout extends Module {
  readonly probability: number;

  constructor(probability = 0.5) {
    super();
    requireNumbers('Dropout', { 'the probability': probability }, numbers.belowOne, { kind: 'module' });
    this.probability = probability;
  }

  forward<T extends tf.Tensor>(x: T): T {
    if (!this.training || this.probability === 0) return x;
    return dropped(x, this.probability);
  }
}
