import * as tf from '@tensorflow/tfjs-core';
import { float32Barrier } from '../exact';
import type { Initializer } from '../initialization';
import { DropPath, LayerNorm } from '../layers';
import { Module } from '../module';
import { Attention } from './attention';
import { Mlp } from './mlp';

/** Options of `TransformerBlock`. */
export interface TransformerBlockOptions {
  /** Heads of the attention (default 8). */
  readonly heads?: number;
  /** Width of the hidden layer over that of the tokens (default 4). */
  readonly mlpRatio?: number;
  /** Offsets of queries, keys and values (default `true`). */
  readonly qkvBias?: boolean;
  /** Dropout of the attention's weights (default 0). */
  readonly attentionDropout?: number;
  /** Dropout of what attention and the two linear layers give (default 0). */
  readonly projectionDropout?: number;
  /** Probability that a sample skips a branch in training (default 0). */
  readonly dropPath?: number;
  /** How weights are drawn, beside offsets of zero (default PyTorch's, for both). */
  readonly initialization?: Initializer;
}

/**
 * A transformer's layer that normalises first: x + attention(norm(x)), then x + mlp(norm(x)). Tokens
 * `[batch, tokens, features]` to the same shape. The two sums, like the norms, are float32 at every precision.
 *
 * State dict: `norm1`, `attn`, `norm2`, `mlp`, as timm's `Block`; both norms have ε 1e-6, as timm's vision transformers.
 */
export class TransformerBlock extends Module {
  readonly norm1: LayerNorm;
  readonly attn: Attention;
  readonly norm2: LayerNorm;
  readonly mlp: Mlp;
  readonly dropPath: DropPath;

  constructor(features: number, options: TransformerBlockOptions = {}) {
    super();
    const { mlpRatio = 4, projectionDropout = 0, dropPath = 0, ...attention } = options;
    const drawn = options.initialization === undefined ? {} : { initialization: options.initialization };
    this.norm1 = new LayerNorm(features, { epsilon: 1e-6 });
    this.attn = new Attention(features, { projectionDropout, ...attention });
    this.norm2 = new LayerNorm(features, { epsilon: 1e-6 });
    const hidden = Math.floor(features * mlpRatio);
    this.mlp = new Mlp(features, hidden, { dropout: projectionDropout, ...drawn });
    this.dropPath = new DropPath(dropPath);
  }

  forward(x: tf.Tensor3D): tf.Tensor3D {
    // TensorFlow would add in the precision of the product that is added.
    const branch = (y: tf.Tensor3D): tf.Tensor3D => this.dropPath.forward(float32Barrier(y));
    return tf.tidy(() => {
      const seen = tf.add<tf.Tensor3D>(x, branch(this.attn.forward(this.norm1.forward(x))));
      return tf.add(seen, branch(this.mlp.forward(this.norm2.forward(seen))));
    });
  }
}
