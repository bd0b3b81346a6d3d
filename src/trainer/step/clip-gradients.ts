import * as tf from '@tensorflow/tfjs-core';
import type { Gradients, TrainerOptions } from '../../contracts';

/** How far gradients may reach, and in which measure. */
export interface ClippingRule {
  readonly limit: number;
  readonly algorithm: TrainerOptions['gradientClipAlgorithm'];
}

/** Keeps PyTorch's division by the norm from 0. */
const EPSILON = 1e-6;

/**
 * Keeps gradients within a limit: `norm` scales all of them alike where their Euclidean norm, taken together, is
 * longer; `value` cuts each number to ±limit.
 *
 * Numbers as `torch.nn.utils.clip_grad_norm_` and `clip_grad_value_`.
 *
 * Source: Pascanu et al., "On the difficulty of training recurrent neural networks" (2013), algorithm 1.
 */
export function clipGradients(gradients: Gradients, { limit, algorithm }: ClippingRule): Gradients {
  const entries = [...gradients];
  if (entries.length === 0) return gradients;
  if (algorithm === 'value') {
    return new Map(entries.map(([name, gradient]) => [name, tf.clipByValue(gradient, -limit, limit)]));
  }
  const norms = entries.map(([, gradient]) => tf.sqrt(tf.sum(tf.square(gradient))));
  const norm = tf.sqrt(tf.sum(tf.square(tf.stack(norms))));
  const scale = tf.minimum(tf.div(limit, tf.add(norm, EPSILON)), 1);
  return new Map(entries.map(([name, gradient]) => [name, tf.mul(gradient, scale)]));
}
