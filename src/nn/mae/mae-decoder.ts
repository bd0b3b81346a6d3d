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
  /** Patches of an image of the size that the position embeddings are made for, a square number. */
  readonly patches: number;
  /** Height and width of a patch in pixels. */
  readonly patchSize: number;
  /** Features of the encoder's tokens (default 1024). */
  readonly features?: number;
  /** Channels of the images (default 3). */
  readonly inChannels?: number;
  /** Features of the decoder's tokens (default 512). */
  readonly width?: number;
  /** Blocks (default 8). */
  readonly depth?: number;
  /** Heads of each attention (default 16). */
  readonly heads?: number;
  /** Width of the hidden layers over that of the tokens (default 4). */
  readonly mlpRatio?: number;
  /** Dropout of what attention and the linear layers of each block give (default 0). */
  readonly projectionDropout?: number;
  /** Dropout of the attention's weights (default 0). */
  readonly attentionDropout?: number;
}

/**
 * MAE's decoder: from the tokens that the encoder saw to the pixels of those that it did not. For images of another size
 * than the one it was made for, position embeddings are interpolated, as those of the encoder are.
 *
 * State dict: `mask_token`, `decoder_pos_embed` (fixed sines and cosines), `decoder_embed`, `decoder_blocks`, `decoder_norm`,
 * `decoder_pred`, as lightly's `MAEDecoderTIMM`; defaults and initial values as lightly's.
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
  /** Rows and columns of patches that the position embeddings are made for. */
  readonly grid: Grid;

  /** @throws FulgurError `module` where the patches are not a square, or the width has no sines and cosines. */
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
        why: 'Its position embeddings are those of a square grid.',
        fix: 'Give (imageSize / patchSize)².',
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
   * The pixels of the masked tokens, `[batch, masked, patchSize² · channels]`, from what the encoder made of the others,
   * `[batch, kept, features]`.
   *
   * @param images what the encoder saw a part of. Only their shape counts: it tells where the patches are.
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
   * The true pixels of the masked tokens, `[batch, masked, patchSize² · channels]`, of images
   * `[batch, height, width, channels]`.
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
   * Pixels for all tokens, `[batch, 1 + patches, features]` to `[batch, 1 + patches, patchSize² · channels]`.
   *
   * @param grid rows and columns of patches of the images (default those that it was made for).
   */
  forward(encoded: tf.Tensor3D, grid: Grid = this.grid): tf.Tensor3D {
    return tf.tidy(() => this.predict(this.decode(this.embed(encoded), grid)));
  }

  /** The encoder's tokens, `[batch, tokens, features]`, in the decoder's width. */
  embed(encoded: tf.Tensor3D): tf.Tensor3D {
    return this.decoderEmbed.forward(encoded);
  }

  /**
   * All tokens, `[batch, 1 + patches, width]`, with their positions through the blocks and the norm.
   *
   * @param grid rows and columns of patches of the images (default those that it was made for).
   * @throws FulgurError `module` for another number of tokens.
   */
  decode(tokens: tf.Tensor3D, grid: Grid = this.grid): tf.Tensor3D {
    const count = tokensOf(grid);
    if (tokens.shape[1] !== count) {
      throw new FulgurError('module', {
        what: `MAEDecoder got ${tokens.shape[1]} tokens of an image of ${grid.join('×')} patches.`,
        why: `It takes ${count}, with the class token.`,
        fix: 'Put mask tokens in the place of those that the encoder did not see, as reconstruct() does.',
      });
    }
    return tf.tidy(() => {
      const positions = resampledPositions(this.decoderPosEmbed, this.grid, grid, 1);
      const placed = tf.add<tf.Tensor3D>(float32Barrier(tokens), positions);
      return this.decoderNorm.forward(this.decoderBlocks.forward(placed) as tf.Tensor3D);
    });
  }

  /** Pixels, `[batch, tokens, patchSize² · channels]`, of decoded tokens `[batch, tokens, width]`. */
  predict(decoded: tf.Tensor3D): tf.Tensor3D {
    return this.decoderPred.forward(decoded);
  }
}

function tokensOf([rows, columns]: Grid): number {
  return 1 + rows * columns;
}
