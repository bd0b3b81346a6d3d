import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';
import { float32Barrier } from '../exact';
import type { Initializer } from '../initialization';
import { Dropout, Linear } from '../layers';
import { Module } from '../module';
import { requireShape } from '../require-shape';
import { requireSizes } from '../require-sizes';

/** Options of `Attention`. */
export interface AttentionOptions {
  /** The number of heads among which the features are divided (default 8). */
  readonly heads?: number;
  /** Biases of queries, keys and values (default `true`). */
  readonly qkvBias?: boolean;
  /** Dropout on the attention weights (default 0). */
  readonly attentionDropout?: number;
  /** Dropout on the output (default 0). */
  readonly projectionDropout?: number;
  /** The initialisation of weights, with biases of zero (default PyTorch's, for both). */
  readonly initialization?: Initializer;
}

/**
 * Multi-head self-attention, softmax(q·kᵀ / √(features / heads)) · v: tokens `[batch, tokens, features]` to the same
 * shape. The softmax is float32 at every precision; the products are bfloat16 under `bf16-mixed`.
 *
 * State dict: `qkv.weight` `[3 · features, features]` (queries, then keys, then values, each head by head), `qkv.bias`,
 * `proj.weight`, `proj.bias`, as in timm's `Attention`.
 *
 * Source: Vaswani et al., "Attention is all you need" (2017), section 3.2.
 */
export class Attention extends Module {
  readonly qkv: Linear;
  readonly attnDrop: Dropout;
  readonly proj: Linear;
  readonly projDrop: Dropout;
  readonly heads: number;
  readonly features: number;

  /** @throws FulgurError `module` if the number of features is not a multiple of the number of heads. */
  constructor(
    features: number,
    {
      heads = 8,
      qkvBias = true,
      attentionDropout = 0,
      projectionDropout = 0,
      ...others
    }: AttentionOptions = {},
  ) {
    super();
    requireSizes('Attention', { features, heads });
    if (features % heads !== 0) {
      throw new FulgurError('module', {
        what: `Attention got ${features} features for ${heads} heads.`,
        why: 'Each head takes an equal share of the features.',
        fix: 'Choose a number of heads that divides the features.',
      });
    }
    this.qkv = new Linear(features, 3 * features, { bias: qkvBias, ...others });
    this.attnDrop = new Dropout(attentionDropout);
    this.proj = new Linear(features, features, others);
    this.projDrop = new Dropout(projectionDropout);
    this.heads = heads;
    this.features = features;
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    requireShape(`Attention(${this.features})`, x, 3, this.features);
    return tf.tidy(() => {
      const [batch, tokens, features] = x.shape;
      const perHead = features / this.heads;
      const [queries, keys, values] = this.byHead(this.qkv.forward(x));
      const scaled = tf.mul(queries, 1 / Math.sqrt(perHead));
      // The barriers keep the operations between the two products in float32.
      const weights = tf.softmax(float32Barrier(tf.matMul(scaled, keys, false, true)));
      const seen = tf.matMul(float32Barrier(this.attnDrop.forward(weights)), values);
      const together = tf.transpose(tf.reshape(seen, [batch, this.heads, tokens, perHead]), [0, 2, 1, 3]);
      return this.projDrop.forward(this.proj.forward(tf.reshape(together, [batch, tokens, features])));
    });
  }

  /**
   * Splits `[batch, tokens, 3 · features]` into queries, keys and values, each `[batch · heads, tokens, features /
   * heads]`.
   */
  private byHead(qkv: tf.Tensor3D): [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D] {
    const [batch, tokens] = qkv.shape;
    const perHead = this.features / this.heads;
    const apart = tf.transpose(tf.reshape(qkv, [batch, tokens, 3, this.heads, perHead]), [2, 0, 3, 1, 4]);
    const rows = tf.reshape<tf.Rank.R3>(apart, [3 * batch * this.heads, tokens, perHead]);
    return tf.split(rows, 3) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  }
}
