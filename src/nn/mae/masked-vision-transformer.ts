import * as tf from '@tensorflow/tfjs-core';
import { normal, xavierUniform } from '../initialization';
import { Linear } from '../layers';
import { Module } from '../module';
import { fix, parameter } from '../parameter';
import type { Parameter } from '../parameter';
import { patchGrid } from '../patchify';
import type { VisionTransformer } from '../vit';
import { sineCosinePositions } from './sine-cosine-positions';
import { maskTokens, takeTokens } from './token-selection';
import type { TokenMask } from './token-selection';

/** Options of `MaskedVisionTransformer`. */
export interface MaskedVisionTransformerOptions {
  /** `mae` (default): the transformer's weights are drawn anew as MAE draws them; `none`: they stay. */
  readonly initialization?: 'mae' | 'none';
  /**
   * Position embeddings: `sine` (default) makes them fixed sines and cosines, which are not trained; `learnt` draws them
   * anew; `given` leaves the transformer's.
   */
  readonly positions?: 'sine' | 'learnt' | 'given';
}

/**
 * A vision transformer that sees some of its tokens only, or a mask token in the place of some: `[batch, height, width,
 * channels]` to the features of the class token `[batch, width]`, or with `encode` to those of all tokens seen.
 *
 * State dict: `mask_token` `[1, 1, width]`, zeros at first, and the transformer's under `vit`, as lightly's
 * `MaskedVisionTransformerTIMM`.
 *
 * Source: He et al., "Masked autoencoders are scalable vision learners" (2022).
 */
export class MaskedVisionTransformer extends Module {
  readonly maskToken: Parameter<tf.Rank.R3>;
  readonly vit: VisionTransformer;

  /** @param vit it becomes part of this module; its classifier is not used. */
  constructor(
    vit: VisionTransformer,
    { initialization = 'mae', positions = 'sine' }: MaskedVisionTransformerOptions = {},
  ) {
    super();
    this.maskToken = parameter(tf.zeros<tf.Rank.R3>([1, 1, vit.features]));
    this.vit = vit;
    if (initialization === 'mae') drawAnew(vit);
    if (positions === 'given') return;
    const [side] = patchGrid([1, vit.imageSize, vit.imageSize, 1], vit.patchSize);
    const fans = { fanIn: vit.features, fanOut: vit.features };
    assign(
      vit.posEmbed,
      positions === 'sine'
        ? sineCosinePositions(vit.features, side, 1)
        : normal(0.02)<tf.Rank.R3>(vit.posEmbed.shape, fans),
    );
    if (positions === 'sine') fix(vit.posEmbed);
    else vit.posEmbed.trainable = true;
  }

  /** Tokens of an image of the size that the transformer was made for, with the class token. */
  get sequenceLength(): number {
    return this.vit.posEmbed.shape[1];
  }

  /**
   * Tokens of these images, with the class token: what masks are drawn for.
   *
   * @throws FulgurError `module` for images that patches do not fill.
   */
  sequenceLengthOf(images: tf.Tensor4D): number {
    const [rows, columns] = patchGrid(images.shape, this.vit.patchSize);
    return 1 + rows * columns;
  }

  /** The width of the output. */
  get features(): number {
    return this.vit.features;
  }

  /** The features of the class token, or of the first token that is kept: `[batch, width]`. */
  forward(x: tf.Tensor4D, selection: Partial<TokenMask> = {}): tf.Tensor2D {
    return tf.tidy(() => {
      const tokens = this.encode(x, selection);
      const [batch, , features] = tokens.shape;
      return tf.reshape(tf.slice(tokens, [0, 0, 0], [batch, 1, features]), [batch, features]);
    });
  }

  /**
   * Normalised features of all tokens, `[batch, tokens, width]`, or of those to keep, `[batch, kept, width]`, in the order
   * of their indices. Token 0 is the class token.
   *
   * @param selection `mask`: the mask token takes the place of these, before positions are added; `keep`: only these go
   *   through the transformer, with their positions. MAE's encoder gets `keep` alone.
   */
  encode(x: tf.Tensor4D, { keep, mask }: Partial<TokenMask> = {}): tf.Tensor3D {
    return tf.tidy(() => {
      const hide = (tokens: tf.Tensor3D): tf.Tensor3D =>
        mask === undefined ? tokens : maskTokens(tokens, mask, this.maskToken);
      const tokens = this.vit.embed(x, hide);
      const seen = keep === undefined ? tokens : takeTokens(tokens, keep);
      return this.vit.norm.forward(this.vit.blocks.forward(seen) as tf.Tensor3D);
    });
  }
}

/** Patches as linear layers, whose weights are Xavier's; the class token of deviation 0.02. */
function drawAnew(vit: VisionTransformer): void {
  const { weight } = vit.patchEmbed.proj;
  const fanIn = weight.size / vit.features;
  assign(weight, xavierUniform<tf.Rank.R4>(weight.shape, { fanIn, fanOut: vit.features }));
  assign(vit.clsToken, normal(0.02)<tf.Rank.R3>(vit.clsToken.shape, { fanIn, fanOut: vit.features }));
  for (const layer of vit.modules()) {
    if (!(layer instanceof Linear)) continue;
    const [from, to] = layer.weight.shape;
    assign(layer.weight, xavierUniform<tf.Rank.R2>(layer.weight.shape, { fanIn: from, fanOut: to }));
    if (layer.bias !== null) assign(layer.bias, tf.zeros<tf.Rank.R1>([to]));
  }
}

function assign<R extends tf.Rank>(variable: tf.Variable<R>, values: tf.Tensor<R>): void {
  variable.assign(values);
  values.dispose();
}
