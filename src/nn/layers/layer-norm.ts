import * as tf from '@tensorflow/tfjs-core';
import { numbers, requireNumbers } from '../../errors';
import { withGradient } from '../custom-gradient';
import { float32Barrier } from '../exact';
import { Module } from '../module';
import { parameter } from '../parameter';
import type { Parameter } from '../parameter';
import { requireShape } from '../require-shape';
import { requireSizes } from '../require-sizes';

/** Options of `LayerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance (default 1e-5, as in PyTorch; vision transformers use 1e-6). */
  readonly epsilon?: number;
}

/**
 * y = (x − mean) / √(variance + ε) · weight + bias over the last axis, in float32 at every precision: `[..., features]`
 * to the same shape. Training and evaluation are the same.
 *
 * State dict: `weight` and `bias` `[features]`, initially one and zero, as in PyTorch's `nn.LayerNorm`.
 *
 * Source: Ba, Kiros and Hinton, "Layer normalization" (2016).
 */
export class LayerNorm extends Module {
  readonly weight: Parameter<tf.Rank.R1>;
  readonly bias: Parameter<tf.Rank.R1>;
  readonly epsilon: number;

  constructor(features: number, { epsilon = 1e-5 }: LayerNormOptions = {}) {
    super();
    requireSizes('LayerNorm', { features });
    requireNumbers('LayerNorm', { epsilon }, numbers.fromZero, { kind: 'module' });
    this.weight = parameter(tf.ones<tf.Rank.R1>([features]));
    this.bias = parameter(tf.zeros<tf.Rank.R1>([features]));
    this.epsilon = epsilon;
  }

  /** @throws FulgurError `module` if the last extent is not `features`. */
  forward<T extends tf.Tensor>(x: T): T {
    const [features] = this.weight.shape;
    requireShape(`LayerNorm(${features})`, x, 'any', features);
    return tf.tidy(() => {
      const rows = float32Barrier(tf.reshape<tf.Rank.R2>(x, [-1, features]));
      const y = float32Barrier(normalized(rows, this.weight, this.bias, this.epsilon));
      return tf.reshape(y, x.shape) as T;
    });
  }
}

/** Keeps the input and two numbers per row for the gradient, which recomputes everything else that it needs. */
function normalized(x: tf.Tensor2D, weight: tf.Tensor1D, bias: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return withGradient<tf.Tensor2D>([x, weight, bias], () => {
    const mean = tf.mean(x, 1, true);
    const centred = tf.sub(x, mean);
    const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    return {
      value: tf.add(tf.mul(tf.mul(centred, inverse), weight), bias),
      saved: [x, mean, inverse, weight],
      gradient: (dy, saved) => {
        const [input, center, scale, factor] = saved as [tf.Tensor2D, tf.Tensor, tf.Tensor, tf.Tensor1D];
        return tf.tidy(() => {
          const units = tf.mul(tf.sub(input, center), scale);
          const dUnits = tf.mul(dy, factor);
          const along = tf.mean(tf.mul(dUnits, units), 1, true);
          const sideways = tf.sub(tf.sub(dUnits, tf.mean(dUnits, 1, true)), tf.mul(units, along));
          return [tf.mul(sideways, scale), tf.sum(tf.mul(dy, units), 0), tf.sum(dy, 0)];
        });
      },
    };
  });
}
