import type * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../errors';

/**
 * Checks a layer's input before TensorFlow does, to name the layer and what it wants.
 *
 * @param rank `any`: one axis or more, of which only the last is looked at.
 * @throws FulgurError `module`.
 */
export function requireShape(layer: string, x: tf.Tensor, rank: 2 | 3 | 4 | 'any', lastExtent: number): void {
  if ((rank === 'any' || x.rank === rank) && x.shape.at(-1) === lastExtent) return;
  const leading = { 2: ['batch'], 3: ['batch', 'tokens'], 4: ['batch', 'height', 'width'], any: ['...'] };
  throw new FulgurError('module', {
    what: `${layer} got an input of shape [${x.shape.join(', ')}].`,
    why: `It takes [${[...leading[rank], lastExtent].join(', ')}].`,
    fix: 'Match the layer to what comes before it.',
  });
}
