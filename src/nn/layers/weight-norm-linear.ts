import * as tf from '@tensorflow/tfjs-core';
import { oncePerTrace } from '../../engine';
import { exactMatMul } from '../exact';
import { pytorchUniform } from '../initialization';
import { Module } from '../module';
import { parameter } from '../parameter';
import type { Parameter } from '../parameter';
import { requireShape } from '../require-shape';
import { requireSizes } from '../require-sizes';

/** Options of `WeightNormLinear`. */
export interface WeightNormLinearOptions {
  /** Keep the lengths of the weight's rows at 1 and train only their directions (default `false`). */
  readonly fixedLengths?: boolean;
}

/**
 * A linear layer without a bias whose weight is learnt as lengths and directions, y = x · (g · v / ‖v‖): `[...,
 * inFeatures]` to `[..., outFeatures]`. Lengths are initially 1, directions are those of the weight in PyTorch's
 * `nn.Linear`. Between unit rows the products are similarities, and stay float32 under `bf16-mixed`.
 *
 * State dict: `weight_g` `[out, 1]`, `weight_v` `[out, in]`, as in PyTorch's `nn.utils.weight_norm`.
 *
 * Source: Salimans and Kingma, "Weight normalization" (2016).
 */
export class WeightNormLinear extends Module {
  /** Stored as [1, out]. */
  readonly weightG: Parameter<tf.Rank.R2>;
  /** Stored as [in, out]. */
  readonly weightV: Parameter<tf.Rank.R2>;

  constructor(
    inFeatures: number,
    outFeatures: number,
    { fixedLengths = false }: WeightNormLinearOptions = {},
  ) {
    super();
    requireSizes('WeightNormLinear', { inFeatures, outFeatures });
    const fans = { fanIn: inFeatures, fanOut: outFeatures };
    const lengths = tf.ones<tf.Rank.R2>([1, outFeatures]);
    this.weightG = parameter(lengths, { layout: 'linear', trainable: !fixedLengths });
    this.weightV = parameter(pytorchUniform<tf.Rank.R2>([inFeatures, outFeatures], fans), {
      layout: 'linear',
    });
  }

  /** @throws FulgurError `module` if the last extent is not `inFeatures`. */
  forward<T extends tf.Tensor>(x: T): T {
    const [inFeatures, outFeatures] = this.weightV.shape;
    requireShape(`WeightNormLinear(${inFeatures}, ${outFeatures})`, x, 'any', inFeatures);
    return tf.tidy(() => {
      const [directions] = oncePerTrace(this.weightV, 'unit directions', () => [unitColumns(this.weightV)]);
      const rows = tf.reshape<tf.Rank.R2>(x, [-1, inFeatures]);
      const y = tf.mul(exactMatMul<tf.Tensor2D>(rows, directions as tf.Tensor2D), this.weightG);
      return tf.reshape(y, [...x.shape.slice(0, -1), outFeatures]) as T;
    });
  }
}

function unitColumns(directions: tf.Tensor2D): tf.Tensor2D {
  return tf.div(directions, tf.sqrt(tf.sum(tf.square(directions), 0, true)));
}
