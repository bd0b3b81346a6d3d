import type * as tf from '@tensorflow/tfjs-core';
import { dropped } from '../../engine';
import { FulgurError } from '../../errors';
import { Module } from '../module';

/**
 * In training sets each value to zero with the given probability and scales the others by 1 / (1 − probability);
 * in evaluation returns its input. Any shape.
 *
 * In a step the mask is a draw of the step, as `tf.dropout`'s is: a resumed run draws the same masks, and no two ranks do.
 *
 * Source: Srivastava et al., "Dropout" (2014), scaled as PyTorch's `nn.Dropout`.
 */
export class Dropout extends Module {
  readonly probability: number;

  constructor(probability = 0.5) {
    super();
    if (!(probability >= 0 && probability < 1)) {
      throw new FulgurError('module', {
        what: `Dropout got the probability ${probability}.`,
        fix: 'Give a number from 0 up to, and not including, 1.',
      });
    }
    this.probability = probability;
  }

  forward<T extends tf.Tensor>(x: T): T {
    if (!this.training || this.probability === 0) return x;
    return dropped(x, this.probability);
  }
}
