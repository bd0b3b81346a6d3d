import * as tf from '@tensorflow/tfjs-core';
import type { Initializer } from '../initialization';
import { Dropout, GELU, Linear } from '../layers';
import { Module } from '../module';
import { requireSizes } from '../require-sizes';

/** Options of `Mlp`. */
export interface MlpOptions {
  /** Dropout after each of the two layers (default 0). */
  readonly dropout?: number;
  /** The initialisation of weights, with biases of zero (default PyTorch's, for both). */
  readonly initialization?: Initializer;
}

/**
 * Two linear layers with GELU between them: `[..., features]` to `[..., features]`, through `hiddenFeatures`.
 *
 * State dict: `fc1.weight`, `fc1.bias`, `fc2.weight`, `fc2.bias`, as in timm's `Mlp`.
 */
export class Mlp extends Module {
  readonly fc1: Linear;
  readonly act = new GELU();
  readonly fc2: Linear;
  readonly drop: Dropout;

  constructor(features: number, hiddenFeatures: number, { dropout = 0, ...others }: MlpOptions = {}) {
    super();
    requireSizes('Mlp', { features, hiddenFeatures });
    this.fc1 = new Linear(features, hiddenFeatures, others);
    this.fc2 = new Linear(hiddenFeatures, features, others);
    this.drop = new Dropout(dropout);
  }

  forward<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => {
      const hidden = this.drop.forward(this.act.forward(this.fc1.forward(x)));
      return this.drop.forward(this.fc2.forward(hidden));
    });
  }
}
