import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../errors';

/**
 * Cuts images into square patches, row after row: `[batch, height, width, channels]` to `[batch, height · width /
 * patchSize², patchSize² · channels]`. The values of a patch are ordered row after row, with the channels of a pixel
 * together, as in lightly's `patchify`.
 *
 * @throws FulgurError `module` for images whose size is not a multiple of the patch size, or without a batch axis.
 */
export function patchify(images: tf.Tensor4D, patchSize: number): tf.Tensor3D {
  const [rows, columns] = patchGrid(images.shape, patchSize);
  const [batch, , , channels] = images.shape;
  return tf.tidy(() => {
    const strips = tf.reshape(images, [batch, rows, patchSize, columns, patchSize * channels]);
    const patches = tf.transpose(strips, [0, 1, 3, 2, 4]);
    return tf.reshape(patches, [batch, rows * columns, patchSize * patchSize * channels]);
  });
}

/**
 * Returns the rows and columns of patches in images of shape `[batch, height, width, channels]`.
 * @throws FulgurError `module` for images whose size is not a multiple of the patch size, or without a batch axis.
 */
export function patchGrid(shape: readonly number[], patchSize: number): [rows: number, columns: number] {
  const [, height = 0, width = 0] = shape;
  if (shape.length !== 4) {
    throw new FulgurError('module', {
      what: `Images of shape [${shape.join(', ')}] cannot be cut into patches.`,
      why: 'Images must have the shape [batch, height, width, channels].',
      fix: 'Pass a single image as a batch of one: tf.expandDims(image, 0).',
    });
  }
  if (height % patchSize === 0 && width % patchSize === 0) {
    return [height / patchSize, width / patchSize];
  }
  throw new FulgurError('module', {
    what: `Images of shape [${shape.join(', ')}] cannot be cut into patches of ${patchSize}×${patchSize} pixels.`,
    why: 'Height and width of [batch, height, width, channels] must be multiples of the patch size.',
    fix: 'Use images of another size, or another patch size.',
  });
}
