import type * as tf from '@tensorflow/tfjs-core';
import { dropped } from '../../engine';
import { numbers, requireNumbers } from '../../errors';
import { Module } from '../module';

/**
 * In training, sets whole samples to zero with the given probability and scales the others by 1 / (1 − probability),
 * for the branches of residual networks; in evaluation, returns its input. Any shape whose first axis is the batch.
 *
 * The draws are those of the step, as `Dropout`'s are.
 *
 * Source: Huang et al., "Deep networks with stochastic depth" (2016), scaled as in timm's `DropPath`.
 */
export class DropPath extends Module {
  readonly probability: number;

  constructor(probability = 0) {
    super();
    requireNumbers('DropPath', { 'the probability': probability }, numbers.belowOne, { kind: 'module' });
    this.probability = probability;
  }

  forward<T extends tf.Tensor>(x: T): T {
    if (!this.training || this.probability === 0) return x;
    const [batch = 1] = x.shape;
    return dropped(x, this.probability, [batch, ...Array<number>(x.rank - 1).fill(1)]);
  }
}
