import * as tf from '@tensorflow/tfjs-core';
import { Conv2d } from '../layers';
import { Module } from '../module';
import { patchGrid } from '../patchify';
import { requireSizes } from '../require-sizes';

/** Options of `PatchEmbed`. */
export interface PatchEmbedOptions {
  /** The height and width of a patch in pixels (default 16). */
  readonly patchSize?: number;
  /** The number of channels of the images (default 3). */
  readonly inChannels?: number;
}

/**
 * Embeds images as rows of patches, each multiplied by the same matrix: `[batch, height, width, channels]` to tokens
 * `[batch, height · width / patchSize², features]`, row after row.
 *
 * State dict: `proj.weight` `[features, channels, patchSize, patchSize]`, `proj.bias`, as in timm's `PatchEmbed`;
 * initialised like PyTorch's convolutions.
 */
export class PatchEmbed extends Module {
  readonly proj: Conv2d;
  readonly patchSize: number;

  constructor(features: number, { patchSize = 16, inChannels = 3 }: PatchEmbedOptions = {}) {
    super();
    requireSizes('PatchEmbed', { features, patchSize, inChannels });
    this.proj = new Conv2d(inChannels, features, patchSize, { stride: patchSize });
    this.patchSize = patchSize;
  }

  /** @throws FulgurError `module` for images whose size is not a multiple of the patch size. */
  forward(x: tf.Tensor4D): tf.Tensor3D {
    const [rows, columns] = patchGrid(x.shape, this.patchSize);
    return tf.tidy(() => {
      const maps = this.proj.forward(x);
      return tf.reshape(maps, [x.shape[0], rows * columns, maps.shape[3]]);
    });
  }
}
