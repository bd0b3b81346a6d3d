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
  /** The height and width in pixels of the images for which the position embeddings are made (default 224). */
  readonly imageSize?: number;
  /** The height and width of a patch in pixels (default 16). */
  readonly patchSize?: number;
  /** The number of channels of the images (default 3). */
  readonly inChannels?: number;
  /** The number of features of a token (default 768). */
  readonly width?: number;
  /** The number of blocks (default 12). */
  readonly depth?: number;
  /** The number of heads of each attention layer (default 12). */
  readonly heads?: number;
  /** The width of the hidden layers relative to that of the tokens (default 4). */
  readonly mlpRatio?: number;
  /** `linear` (default): a classifier on the class token; `none`: the class token's features. */
  readonly head?: 'linear' | 'none';
  /** The number of classes of the classifier (default 1000). */
  readonly classes?: number;
  /** Dropout after the position embeddings (default 0). */
  readonly positionDropout?: number;
  /** Dropout on the outputs of attention and linear layers in each block (default 0). */
  readonly projectionDropout?: number;
  /** Dropout on the attention weights (default 0). */
  readonly attentionDropout?: number;
  /**
   * The probability that a sample skips a branch of the last block; it rises linearly from 0 in the first block
   * (default 0).
   */
  readonly dropPath?: number;
}

const INITIAL_DEVIATION = 0.02;
const CLASS_TOKEN_DEVIATION = 1e-6;

/**
 * A vision transformer with a class token and learnt position embeddings: images `[batch, height, width, channels]` to
 * logits `[batch, classes]`, or features `[batch, width]` without a head.
 *
 * Images may have another size than the one it was made for, even within a step and from call to call, if it is a
 * multiple of the patch size: position embeddings are then interpolated, and gradients flow through the interpolation.
 *
 * State dict: names, shapes, order and initial values as in timm's `VisionTransformer`, so its weights load strictly.
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
  /** The width of the tokens, and of the output without a head. */
  readonly features: number;
  readonly imageSize: number;
  readonly patchSize: number;

  /**
   * @throws FulgurError `module` if patches do not fill the image, or the width is not a multiple of the number of
   *   heads.
   */
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
      // The norm acts on each token separately, so normalising the other tokens would be wasted.
      const first = this.norm.forward(tf.slice(tokens, [0, 0, 0], [batch, 1, features]));
      const row = tf.reshape<tf.Rank.R2>(first, [batch, features]);
      return this.head === null ? row : this.head.forward(row);
    });
  }

  /**
   * Returns the input of the first block: the class token and patches, with their positions, `[batch, 1 + patches,
   * width]`.
   *
   * @param alter changes the tokens before their positions are added.
   * @throws FulgurError `module` for images whose size is not a multiple of the patch size.
   */
  embed(x: tf.Tensor4D, alter: (tokens: tf.Tensor3D) => tf.Tensor3D = (tokens) => tokens): tf.Tensor3D {
    return tf.tidy(() => {
      const grid = patchGrid(x.shape, this.patchSize);
      const own = patchGrid([1, this.imageSize, this.imageSize, 1], this.patchSize);
      const patches = float32Barrier(this.patchEmbed.forward(x));
      // Added to zeros, because the gradient of tfjs for a tiling makes a slice for each sample.
      const first = tf.add<tf.Tensor3D>(tf.zeros([x.shape[0], 1, this.features]), this.clsToken);
      const tokens = alter(tf.concat([first, patches], 1));
      return this.posDrop.forward(tf.add(tokens, resampledPositions(this.posEmbed, own, grid, 1)));
    });
  }
}
