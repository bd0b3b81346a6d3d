import * as tf from '@tensorflow/tfjs-core';
import { float32Barrier } from '../exact';
import { normal } from '../initialization';
import { Dropout, LayerNorm, Linear, Sequential } from '../layers';
import { Module } from '../module';
import { parameter } from '../parameter';
import type { Parameter } from '../parameter';
import { patchGrid } from '../patchify';
import { requireSizes } from '../require-sizes';
import { PatchEmbed } from './patch-embed';
import { resampledPositions } from './position-embedding';
import { TransformerBlock } from './transformer-block';

/** Options of `VisionTransformer`. */
export interface VisionTransformerOptions {
  /** Height and width in pixels of the images that the position embeddings are made for (default 224). */
  readonly imageSize?: number;
  /** Height and width of a patch in pixels (default 16). */
  readonly patchSize?: number;
  /** Channels of the images (default 3). */
  readonly inChannels?: number;
  /** Features of a token (default 768). */
  readonly width?: number;
  /** Blocks (default 12). */
  readonly depth?: number;
  /** Heads of each attention (default 12). */
  readonly heads?: number;
  /** Width of the hidden layers over that of the tokens (default 4). */
  readonly mlpRatio?: number;
  /** `linear` (default): a classifier on the class token; `none`: the class token's features. */
  readonly head?: 'linear' | 'none';
  /** Classes of the classifier (default 1000). */
  readonly classes?: number;
  /** Dropout after the position embeddings (default 0). */
  readonly positionDropout?: number;
  /** Dropout of what attention and the linear layers of each block give (default 0). */
  readonly projectionDropout?: number;
  /** Dropout of the attention's weights (default 0). */
  readonly attentionDropout?: number;
  /** Probability that a sample skips a branch of the last block; it rises from 0 in the first one (default 0). */
  readonly dropPath?: number;
}

const INITIAL_DEVIATION = 0.02;
const CLASS_TOKEN_DEVIATION = 1e-6;

/**
 * A vision transformer with a class token and learnt position embeddings: images `[batch, height, width, channels]` to
 * logits `[batch, classes]`, or features `[batch, width]` without a head.
 *
 * Images may have another size than the one it was made for, also in one step and other ones from call to call, as long as
 * patches fill them: position embeddings are then interpolated, and trained through that.
 *
 * State dict: names, shapes, order and initial values of timm's `VisionTransformer`, so its weights load strictly.
 *
 * Source: Dosovitskiy et al., "An image is worth 16×16 words" (2021).
 */
export class VisionTransformer extends Module {
  readonly clsToken: Parameter<tf.Rank.R3>;
  readonly posEmbed: Parameter<tf.Rank.R3>;
  readonly patchEmbed: PatchEmbed;
  readonly posDrop: Dropout;
  readonly blocks: Sequential;
  readonly norm: LayerNorm;
  readonly head: Linear | null;
  /** Width of the tokens, and of the output without a head. */
  readonly features: number;
  readonly imageSize: number;
  readonly patchSize: number;

  /** @throws FulgurError `module` where patches do not fill the image, or heads cannot share the width. */
  constructor({
    imageSize = 224,
    patchSize = 16,
    inChannels = 3,
    width = 768,
    depth = 12,
    head = 'linear',
    classes = 1000,
    positionDropout = 0,
    dropPath = 0,
    heads = 12,
    ...blocks
  }: VisionTransformerOptions = {}) {
    super();
    requireSizes('VisionTransformer', { imageSize, patchSize, inChannels, width, depth, heads });
    const [rows, columns] = patchGrid([1, imageSize, imageSize, inChannels], patchSize);
    const initialization = normal(INITIAL_DEVIATION);
    const fans = { fanIn: width, fanOut: width };
    this.clsToken = parameter(normal(CLASS_TOKEN_DEVIATION)<tf.Rank.R3>([1, 1, width], fans));
    this.posEmbed = parameter(initialization<tf.Rank.R3>([1, 1 + rows * columns, width], fans));
    this.patchEmbed = new PatchEmbed(width, { patchSize, inChannels });
    this.posDrop = new Dropout(positionDropout);
    this.blocks = new Sequential(
      ...Array.from({ length: depth }, (_, index) => {
        const skipped = depth > 1 ? (dropPath * index) / (depth - 1) : 0;
        return new TransformerBlock(width, { heads, ...blocks, dropPath: skipped, initialization });
      }),
    );
    this.norm = new LayerNorm(width, { epsilon: 1e-6 });
    this.head = head === 'none' ? null : new Linear(width, classes, { initialization });
    this.features = width;
    this.imageSize = imageSize;
    this.patchSize = patchSize;
  }

  forward(x: tf.Tensor4D): tf.Tensor2D {
    return tf.tidy(() => {
      const tokens = this.blocks.forward(this.embed(x)) as tf.Tensor3D;
      const [batch, , features] = tokens.shape;
      // A norm of each token's own: that of the others would be for nothing.
      const first = this.norm.forward(tf.slice(tokens, [0, 0, 0], [batch, 1, features]));
      const row = tf.reshape<tf.Rank.R2>(first, [batch, features]);
      return this.head === null ? row : this.head.forward(row);
    });
  }

  /**
   * What the first block gets: the class token and patches, with their positions, `[batch, 1 + patches, width]`.
   *
   * @param alter changes the tokens before their positions are added.
   * @throws FulgurError `module` for images that patches do not fill.
   */
  embed(x: tf.Tensor4D, alter: (tokens: tf.Tensor3D) => tf.Tensor3D = (tokens) => tokens): tf.Tensor3D {
    return tf.tidy(() => {
      const grid = patchGrid(x.shape, this.patchSize);
      const own = patchGrid([1, this.imageSize, this.imageSize, 1], this.patchSize);
      const patches = float32Barrier(this.patchEmbed.forward(x));
      // Added to zeros: tfjs takes the gradient of a repetition apart into a slice for each sample.
      const first = tf.add<tf.Tensor3D>(tf.zeros([x.shape[0], 1, this.features]), this.clsToken);
      const tokens = alter(tf.concat([first, patches], 1));
      return this.posDrop.forward(tf.add(tokens, resampledPositions(this.posEmbed, own, grid, 1)));
    });
  }
}
