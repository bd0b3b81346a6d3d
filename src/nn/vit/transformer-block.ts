import * as tf from '@tensorflow/tfjs-core';
import { float32Barrier } from '../exact';
import type { Initializer } from '../initialization';
import { DropPath, LayerNorm } from '../layers';
import { Module } from '../module';
import { Attention } from './attention';
import { Mlp } from './mlp';

/** Options of `TransformerBlock`. */
export interface TransformerBlockOptions {
  /** The number of heads of the attention layer (default 8). */
  readonly heads?: number;
  /** The width of the hidden layer relative to that of the tokens (default 4). */
  readonly mlpRatio?: number;
  /** Biases of queries, keys and values (default `true`). */
  readonly qkvBias?: boolean;
  /** Dropout on the attention weights (default 0). */
  readonly attentionDropout?: number;
  /** Dropout on the outputs of attention and of the two linear layers (default 0). */
  readonly projectionDropout?: number;
  /** The probability that a sample skips a branch in training (default 0). */
  readonly dropPath?: number;
  /** The initialisation of weights, with biases of zero (default PyTorch's, for both). */
  readonly initialization?: Initializer;
}

/**
 * A transformer layer that normalises first: x + attention(norm(x)), then x + mlp(norm(x)). Tokens `[batch, tokens,
 * features]` to the same shape. The two sums, like the norms, are float32 at every precision.
 *
 * State dict: `norm1`, `attn`, `norm2`, `mlp`, as in timm's `Block`; both norms have ε = 1e-6, as in timm's vision
 * transformers.
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
    // TensorFlow would compute the sum in the precision of the product.
    const branch = (y: tf.Tensor3D): tf.Tensor3D => this.dropPath.forward(float32Barrier(y));
    return tf.tidy(() => {
      const seen = tf.add<tf.Tensor3D>(x, branch(this.attn.forward(this.norm1.forward(x))));
      return tf.add(seen, branch(this.mlp.forward(this.norm2.forward(seen))));
    });
  }
}
