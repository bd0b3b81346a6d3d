import type * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../errors';

/**
 * Checks a layer's input before TensorFlow does, to name the layer and what it wants.
 *
 * @throws FulgurError `module`.
 */
export function requireShape(layer: string, x: tf.Tensor, rank: number, lastExtent: number): void {
  if (x.rank === rank && x.shape[rank - 1] === lastExtent) return;
  const leading = rank === 4 ? ['batch', 'height', 'width'] : ['batch'];
  throw new FulgurError('module', {
    what: `${layer} got an input of shape [${x.shape.join(', ')}].`,
    why: `It takes [${[...leading, lastExtent].join(', ')}].`,
    fix: 'Match the layer to what comes before it.',
  });
}
