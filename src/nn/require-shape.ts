import type * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../errors';

/**
 * Checks a layer's input before TensorFlow does, so that the error names the layer and the expected shape.
 * @param rank `any`: one axis or more, of which only the last is checked.
 * @throws FulgurError `module`.
 */
export function requireShape(layer: string, x: tf.Tensor, rank: 2 | 3 | 4 | 'any', lastExtent: number): void {
  if ((rank === 'any' || x.rank === rank) && x.shape.at(-1) === lastExtent) return;
  const leading = { 2: ['batch'], 3: ['batch', 'tokens'], 4: ['batch', 'height', 'width'], any: ['...'] };
  throw new FulgurError('module', {
    what: `${layer} got an input of shape [${x.shape.join(', ')}].`,
    why: `It takes [${[...leading[rank], lastExtent].join(', ')}].`,
    fix: 'Match the layer to the output of the one before it.',
  });
}
