import * as tf from '@tensorflow/tfjs-core';
import { holdUntil } from '../../engine';
import { withGradient } from '../custom-gradient';
import { float32Barrier } from '../exact';
import { Module } from '../module';

/** 1 / √(2π), the density of the normal distribution at 0. */
const DENSITY_AT_ZERO = 1 / Math.sqrt(2 * Math.PI);

/**
 * x · Φ(x) for any shape, where Φ is the normal distribution function, in float32 at every precision: the exact form,
 * PyTorch's default, not the approximation with a hyperbolic tangent.
 *
 * Source: Hendrycks and Gimpel, "Gaussian error linear units" (2016).
 */
export class GELU extends Module {
  forward<T extends tf.Tensor>(x: T): T {
    return tf.tidy(() => float32Barrier(gelu(float32Barrier(x))));
  }
}

function gelu<T extends tf.Tensor>(x: T): T {
  return withGradient<T>([x], () => ({
    value: tf.tidy(() => tf.mul<T>(x, normalDistribution(x))),
    saved: [x],
    gradient: (dy, [input]) =>
      tf.tidy(() => {
        // Recomputed, because keeping it from the forward pass would need as much memory as the input.
        const same = holdUntil(input as T, dy);
        const density = tf.mul(tf.exp(tf.mul(tf.square(same), -0.5)), DENSITY_AT_ZERO);
        return tf.mul(dy, tf.add(normalDistribution(same), tf.mul(same, density)));
      }),
  }));
}

function normalDistribution<T extends tf.Tensor>(x: T): T {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}
