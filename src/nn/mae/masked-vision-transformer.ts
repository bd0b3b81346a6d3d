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
  /** `mae` (default): the transformer's weights are initialised again as in MAE; `none`: they are unchanged. */
  readonly initialization?: 'mae' | 'none';
  /**
   * Position embeddings: `sine` (default) replaces them by fixed sines and cosines, which are not trained; `learnt`
   * initialises them again; `given` keeps the transformer's.
   */
  readonly positions?: 'sine' | 'learnt' | 'given';
}

/**
 * A vision transformer that sees only some of its tokens, or a mask token instead of some: `[batch, height, width,
 * channels]` to the features of the class token `[batch, width]`, or with `encode` to those of all visible tokens.
 *
 * State dict: `mask_token` `[1, 1, width]`, initially zeros, and the transformer's under `vit`, as in lightly's
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

  /** The number of tokens for an image of the size for which the transformer was made, with the class token. */
  get sequenceLength(): number {
    return this.vit.posEmbed.shape[1];
  }

  /**
   * Returns the number of tokens for these images, with the class token: the number for which masks are drawn.
   * @throws FulgurError `module` for images whose size is not a multiple of the patch size.
   */
  sequenceLengthOf(images: tf.Tensor4D): number {
    const [rows, columns] = patchGrid(images.shape, this.vit.patchSize);
    return 1 + rows * columns;
  }

  /** The width of the output. */
  get features(): number {
    return this.vit.features;
  }

  /** Returns the features of the class token, or of the first token that is kept: `[batch, width]`. */
  forward(x: tf.Tensor4D, selection: Partial<TokenMask> = {}): tf.Tensor2D {
    return tf.tidy(() => {
      const tokens = this.encode(x, selection);
      const [batch, , features] = tokens.shape;
      return tf.reshape(tf.slice(tokens, [0, 0, 0], [batch, 1, features]), [batch, features]);
    });
  }

  /**
   * Returns the normalised features of all tokens, `[batch, tokens, width]`, or of those to keep, `[batch, kept,
   * width]`, in the order of their indices. Token 0 is the class token.
   *
   * @param selection `mask`: the mask token replaces these, before positions are added; `keep`: only these go through
   *   the transformer, with their positions. MAE's encoder uses only `keep`.
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

/**
 * Patches are initialised like linear layers, with Xavier's uniform weights; the class token with standard deviation
 * 0.02.
 */
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
