import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';
import { float32Barrier } from '../exact';
import { normal, xavierUniform } from '../initialization';
import { LayerNorm, Linear, Sequential } from '../layers';
import { Module } from '../module';
import { parameter } from '../parameter';
import type { Parameter } from '../parameter';
import { patchGrid, patchify } from '../patchify';
import { requireSizes } from '../require-sizes';
import { TransformerBlock, resampledPositions } from '../vit';
import type { Grid } from '../vit';
import { sineCosinePositions } from './sine-cosine-positions';
import { placeTokens, requireWholeMask, takeTokens } from './token-selection';
import type { TokenMask } from './token-selection';

/** Options of `MAEDecoder`. */
export interface MAEDecoderOptions {
  /** The number of patches in an image of the size for which the position embeddings are made, a square number. */
  readonly patches: number;
  /** The height and width of a patch in pixels. */
  readonly patchSize: number;
  /** The number of features of the encoder's tokens (default 1024). */
  readonly features?: number;
  /** The number of channels of the images (default 3). */
  readonly inChannels?: number;
  /** The number of features of the decoder's tokens (default 512). */
  readonly width?: number;
  /** The number of blocks (default 8). */
  readonly depth?: number;
  /** The number of heads of each attention layer (default 16). */
  readonly heads?: number;
  /** The width of the hidden layers relative to that of the tokens (default 4). */
  readonly mlpRatio?: number;
  /** Dropout on the outputs of attention and linear layers in each block (default 0). */
  readonly projectionDropout?: number;
  /** Dropout on the attention weights (default 0). */
  readonly attentionDropout?: number;
}

/**
 * MAE's decoder: predicts the pixels of the masked tokens from the encoder's visible ones. For images of another size
 * than the one it was made for, position embeddings are interpolated, as in the encoder.
 *
 * State dict: `mask_token`, `decoder_pos_embed` (fixed sines and cosines), `decoder_embed`, `decoder_blocks`,
 * `decoder_norm`, `decoder_pred`, as in lightly's `MAEDecoderTIMM`; defaults and initial values as in lightly.
 *
 * Source: He et al., "Masked autoencoders are scalable vision learners" (2022).
 */
export class MAEDecoder extends Module {
  readonly maskToken: Parameter<tf.Rank.R3>;
  readonly decoderPosEmbed: Parameter<tf.Rank.R3>;
  readonly decoderEmbed: Linear;
  readonly decoderBlocks: Sequential;
  readonly decoderNorm: LayerNorm;
  readonly decoderPred: Linear;
  readonly patchSize: number;
  /** The rows and columns of patches for which the position embeddings are made. */
  readonly grid: Grid;

  /** @throws FulgurError `module` if the patches do not form a square, or the width has no sines and cosines. */
  constructor({
    patches,
    patchSize,
    features = 1024,
    inChannels = 3,
    width = 512,
    depth = 8,
    heads = 16,
    ...blocks
  }: MAEDecoderOptions) {
    super();
    requireSizes('MAEDecoder', { patches, patchSize, features, inChannels, width, depth, heads });
    const side = Math.sqrt(patches);
    if (!Number.isInteger(side)) {
      throw new FulgurError('module', {
        what: `MAEDecoder got ${patches} patches.`,
        why: 'Its position embeddings are for a square grid.',
        fix: 'Use (imageSize / patchSize)².',
      });
    }
    const initialization = xavierUniform;
    const fans = { fanIn: width, fanOut: width };
    this.maskToken = parameter(normal(0.02)<tf.Rank.R3>([1, 1, width], fans));
    this.decoderPosEmbed = parameter(sineCosinePositions(width, side, 1), { trainable: false });
    this.decoderEmbed = new Linear(features, width, { initialization });
    this.decoderBlocks = new Sequential(
      ...Array.from(
        { length: depth },
        () => new TransformerBlock(width, { heads, ...blocks, initialization }),
      ),
    );
    this.decoderNorm = new LayerNorm(width, { epsilon: 1e-6 });
    this.decoderPred = new Linear(width, patchSize ** 2 * inChannels, { initialization });
    this.patchSize = patchSize;
    this.grid = [side, side];
  }

  /**
   * Predicts the pixels of the masked tokens, `[batch, masked, patchSize² · channels]`, from the encoder's features of
   * the others, `[batch, kept, features]`.
   *
   * @param images the images of which the encoder saw a part. Only their shape is used: it determines the positions of
   *   the patches.
   * @throws FulgurError `module` for a mask of another number of tokens than the images have, or of the class token.
   */
  reconstruct(encoded: tf.Tensor3D, { keep, mask }: TokenMask, images: tf.Tensor4D): tf.Tensor3D {
    const grid = patchGrid(images.shape, this.patchSize);
    const count = tokensOf(grid);
    requireWholeMask({ keep, mask }, count);
    return tf.tidy(() => {
      const tokens = placeTokens(this.maskToken, count, keep, this.embed(encoded));
      return this.predict(takeTokens(this.decode(tokens, grid), mask));
    });
  }

  /**
   * Returns the true pixels of the masked tokens, `[batch, masked, patchSize² · channels]`, of images `[batch, height,
   * width, channels]`.
   *
   * @throws FulgurError `module` for a mask of another number of tokens than the images have, or of the class token.
   */
  targets(images: tf.Tensor4D, selection: TokenMask): tf.Tensor3D {
    requireWholeMask(selection, tokensOf(patchGrid(images.shape, this.patchSize)));
    return tf.tidy(() => {
      // Token 0 is the class token.
      const patches = tf.sub<tf.Tensor2D>(selection.mask, tf.scalar(1, 'int32'));
      return takeTokens(patchify(images, this.patchSize), patches);
    });
  }

  /**
   * Predicts pixels for all tokens, `[batch, 1 + patches, features]` to `[batch, 1 + patches, patchSize² · channels]`.
   * @param grid rows and columns of patches in the images (default those for which it was made).
   */
  forward(encoded: tf.Tensor3D, grid: Grid = this.grid): tf.Tensor3D {
    return tf.tidy(() => this.predict(this.decode(this.embed(encoded), grid)));
  }

  /** Projects the encoder's tokens, `[batch, tokens, features]`, to the decoder's width. */
  embed(encoded: tf.Tensor3D): tf.Tensor3D {
    return this.decoderEmbed.forward(encoded);
  }

  /**
   * Runs all tokens, `[batch, 1 + patches, width]`, with their positions, through the blocks and the norm.
   * @param grid rows and columns of patches in the images (default those for which it was made).
   * @throws FulgurError `module` for another number of tokens.
   */
  decode(tokens: tf.Tensor3D, grid: Grid = this.grid): tf.Tensor3D {
    const count = tokensOf(grid);
    if (tokens.shape[1] !== count) {
      throw new FulgurError('module', {
        what: `MAEDecoder got ${tokens.shape[1]} tokens for an image of ${grid.join('×')} patches.`,
        why: `It takes ${count}, with the class token.`,
        fix: 'Replace the tokens that the encoder did not see by mask tokens, as reconstruct() does.',
      });
    }
    return tf.tidy(() => {
      const positions = resampledPositions(this.decoderPosEmbed, this.grid, grid, 1);
      const placed = tf.add<tf.Tensor3D>(float32Barrier(tokens), positions);
      return this.decoderNorm.forward(this.decoderBlocks.forward(placed) as tf.Tensor3D);
    });
  }

  /** Predicts pixels, `[batch, tokens, patchSize² · channels]`, from decoded tokens `[batch, tokens, width]`. */
  predict(decoded: tf.Tensor3D): tf.Tensor3D {
    return this.decoderPred.forward(decoded);
  }
}

function tokensOf([rows, columns]: Grid): number {
  return 1 + rows * columns;
}
