import * as tf from '@tensorflow/tfjs-core';
import { pytorchUniform } from '../initialization';
import { Module } from '../module';
import { parameter } from '../parameter';
import type { Parameter } from '../parameter';
import { requireShape } from '../require-shape';

export interface LinearOptions {
  /** Add a learned offset (default `true`). */
  readonly bias?: boolean;
}

/**
 * y = x·W + b: `[batch, inFeatures]` to `[batch, outFeatures]`.
 *
 * State dict: `weight` `[out, in]`, `bias` `[out]`; initial values as PyTorch's `nn.Linear`.
 */
export class Linear extends Module {
  readonly weight: Parameter<tf.Rank.R2>;
  readonly bias: Parameter<tf.Rank.R1> | null;
  readonly #name: string;
  readonly #inFeatures: number;

  constructor(inFeatures: number, outFeatures: number, { bias = true }: LinearOptions = {}) {
    super();
    const fans = { fanIn: inFeatures, fanOut: outFeatures };
    this.weight = parameter(pytorchUniform<tf.Rank.R2>([inFeatures, outFeatures], fans), {
      layout: 'linear',
    });
    this.bias = bias ? parameter(pytorchUniform<tf.Rank.R1>([outFeatures], fans)) : null;
    this.#name = `Linear(${inFeatures}, ${outFeatures})`;
    this.#inFeatures = inFeatures;
  }

  forward(x: tf.Tensor2D): tf.Tensor2D {
    requireShape(this.#name, x, 2, this.#inFeatures);
    return tf.tidy(() => {
      const product = tf.matMul<tf.Tensor2D>(x, this.weight);
      return this.bias === null ? product : tf.add<tf.Tensor2D>(product, this.bias);
    });
  }
}
