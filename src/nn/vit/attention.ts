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
  /** Heads among which the features are shared (default 8). */
  readonly heads?: number;
  /** Offsets of queries, keys and values (default `true`). */
  readonly qkvBias?: boolean;
  /** Dropout of the attention's weights (default 0). */
  readonly attentionDropout?: number;
  /** Dropout of the output (default 0). */
  readonly projectionDropout?: number;
  /** How weights are drawn, beside offsets of zero (default PyTorch's, for both). */
  readonly initialization?: Initializer;
}

/**
 * Self-attention of several heads, softmax(q·kᵀ / √(features / heads)) · v: tokens `[batch, tokens, features]` to the same
 * shape. The softmax is float32 at every precision; the products are bfloat16 under `bf16-mixed`.
 *
 * State dict: `qkv.weight` `[3 · features, features]` (queries, then keys, then values, each head after head), `qkv.bias`,
 * `proj.weight`, `proj.bias`, as timm's `Attention`.
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

  /** @throws FulgurError `module` where the heads cannot share the features. */
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
        fix: 'Give a number of heads that divides the features.',
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
      // The barriers keep what stands between the two products in float32.
      const weights = tf.softmax(float32Barrier(tf.matMul(scaled, keys, false, true)));
      const seen = tf.matMul(float32Barrier(this.attnDrop.forward(weights)), values);
      const together = tf.transpose(tf.reshape(seen, [batch, this.heads, tokens, perHead]), [0, 2, 1, 3]);
      return this.projDrop.forward(this.proj.forward(tf.reshape(together, [batch, tokens, features])));
    });
  }

  /** `[batch, tokens, 3 · features]` to queries, keys and values, each `[batch · heads, tokens, features / heads]`. */
  private byHead(qkv: tf.Tensor3D): [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D] {
    const [batch, tokens] = qkv.shape;
    const perHead = this.features / this.heads;
    const apart = tf.transpose(tf.reshape(qkv, [batch, tokens, 3, this.heads, perHead]), [2, 0, 3, 1, 4]);
    const rows = tf.reshape<tf.Rank.R3>(apart, [3 * batch * this.heads, tokens, perHead]);
    return tf.split(rows, 3) as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
  }
}
