import * as tf from '@tensorflow/tfjs-core';
import { pytorchUniform } from '../initialization';
import type { Initializer } from '../initialization';
import { Module } from '../module';
import { parameter } from '../parameter';
import type { Parameter } from '../parameter';
import { requireShape } from '../require-shape';
import { requireSizes } from '../require-sizes';

/** Options of `Linear`. */
export interface LinearOptions {
  /** Add a learned bias (default `true`). */
  readonly bias?: boolean;
  /** The initialisation of the weight, with a bias of zeros (default PyTorch's, `pytorchUniform`, for both). */
  readonly initialization?: Initializer;
}

/**
 * y = x·W + b: `[..., inFeatures]` to `[..., outFeatures]`, as one product of all rows.
 *
 * State dict: `weight` `[out, in]`, `bias` `[out]`; initial values as in PyTorch's `nn.Linear`.
 */
export class Linear extends Module {
  readonly weight: Parameter<tf.Rank.R2>;
  readonly bias: Parameter<tf.Rank.R1> | null;

  constructor(inFeatures: number, outFeatures: number, { bias = true, initialization }: LinearOptions = {}) {
    super();
    requireSizes('Linear', { inFeatures, outFeatures });
    const fans = { fanIn: inFeatures, fanOut: outFeatures };
    const draw = initialization ?? pytorchUniform;
    this.weight = parameter(draw<tf.Rank.R2>([inFeatures, outFeatures], fans), { layout: 'linear' });
    this.bias = bias ? parameter(initialBias(outFeatures, initialization === undefined ? fans : null)) : null;
  }

  /** @throws FulgurError `module` if the last extent is not `inFeatures`. */
  forward<T extends tf.Tensor>(x: T): T {
    const [inFeatures, outFeatures] = this.weight.shape;
    requireShape(`Linear(${inFeatures}, ${outFeatures})`, x, 'any', inFeatures);
    return tf.tidy(() => {
      const product = tf.matMul(tf.reshape<tf.Rank.R2>(x, [-1, inFeatures]), this.weight);
      const y = this.bias === null ? product : tf.add(product, this.bias);
      return tf.reshape(y, [...x.shape.slice(0, -1), outFeatures]) as T;
    });
  }
}

function initialBias(outFeatures: number, fans: { fanIn: number; fanOut: number } | null): tf.Tensor1D {
  return fans === null
    ? tf.zeros<tf.Rank.R1>([outFeatures])
    : pytorchUniform<tf.Rank.R1>([outFeatures], fans);
}
