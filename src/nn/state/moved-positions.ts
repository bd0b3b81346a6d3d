import * as tf from '@tensorflow/tfjs-core';
import type { StateTensor } from '../../contracts';
import { resampledPositions } from '../vit/position-embedding';

/** The number of tokens before the patches: the class token. */
const PREFIX = 1;

/** Position embeddings of another number of patches. */
interface Moved {
  readonly tensor: StateTensor;
  /** The number of patches in a row and in a column, before and now. */
  readonly from: number;
  readonly to: number;
}

/**
 * Resamples a ViT's position embeddings `[1, 1 + patches, width]` for another square of patches, as timm does when it
 * loads them; returns `null` for any other tensor.
 *
 * @param name the tensor's name in a state, which ends with `pos_embed`.
 */
export function movedPositions(
  name: string,
  { dtype, shape, data }: StateTensor,
  wanted: readonly number[],
): Moved | null {
  const [one, tokens = 0, width = 0] = shape;
  const [alsoOne, wantedTokens = 0, wantedWidth] = wanted;
  const isEmbedding =
    /(^|\.)pos_embed$/.test(name) && dtype === 'F32' && shape.length === 3 && wanted.length === 3;
  if (!isEmbedding || one !== 1 || alsoOne !== 1 || width !== wantedWidth) return null;
  const [from, to] = [Math.sqrt(tokens - PREFIX), Math.sqrt(wantedTokens - PREFIX)];
  if (!Number.isInteger(from) || !Number.isInteger(to) || from === 0 || to === 0) return null;
  const values = tf.tidy(() => {
    const given = tf.tensor3d(data as Float32Array, [1, tokens, width]);
    return resampledPositions(given, [from, from], [to, to], PREFIX).dataSync() as Float32Array;
  });
  return { tensor: { dtype: 'F32', shape: wanted, data: values.slice() }, from, to };
}
