import * as tf from '@tensorflow/tfjs-core';
import { exactMatMul } from '../exact';

/** The rows and columns of patches. */
export type Grid = readonly [rows: number, columns: number];

/** The radius of the bicubic kernel, in cells of the coarser grid. */
const REACH = 2;
/** The free parameter of the bicubic kernel, as in PyTorch and PIL with antialiasing. */
const SHARPNESS = -0.5;

/**
 * Resamples position embeddings for another grid of patches: `[1, prefix + rows · columns, features]` of `from` to that
 * of `to`. The embeddings of the first `prefix` tokens are unchanged; the others are interpolated bicubically, with
 * antialiasing if the new grid is coarser. Gradients flow back to the given embeddings.
 *
 * Matches timm's `resample_abs_pos_embed`.
 */
export function resampledPositions(
  embedding: tf.Tensor3D,
  from: Grid,
  to: Grid,
  prefix: number,
): tf.Tensor3D {
  if (from[0] === to[0] && from[1] === to[1]) return embedding;
  return tf.tidy(() => {
    const [, , features] = embedding.shape;
    const count = (grid: Grid): number => grid[0] * grid[1];
    const patches = tf.reshape(tf.slice(embedding, [0, prefix, 0]), [count(from), features]);
    const weights = tf.tensor2d(gridWeights(from, to), [count(to), count(from)]);
    const moved = tf.reshape(exactMatMul(weights, patches as tf.Tensor2D), [1, count(to), features]);
    if (prefix === 0) return moved as tf.Tensor3D;
    return tf.concat([tf.slice(embedding, [0, 0, 0], [1, prefix, features]), moved as tf.Tensor3D], 1);
  });
}

/**
 * Returns the weight of each patch of `from` in each patch of `to`: `[rows · columns of to, rows · columns of from]`,
 * row-major.
 */
function gridWeights(from: Grid, to: Grid): Float32Array {
  const vertical = axisWeights(from[0], to[0]);
  const horizontal = axisWeights(from[1], to[1]);
  const weights = new Float32Array(from[0] * from[1] * to[0] * to[1]);
  let index = 0;
  for (const row of vertical) {
    for (const column of horizontal) {
      for (const above of row) for (const beside of column) weights[index++] = above * beside;
    }
  }
  return weights;
}

/** Returns, for each of `to` cells, the weights of the `from` cells; their sum is 1. */
function axisWeights(from: number, to: number): number[][] {
  const scale = from / to;
  const spread = Math.max(scale, 1);
  return Array.from({ length: to }, (_, target) => {
    const centre = scale * (target + 0.5);
    const first = Math.max(Math.trunc(centre - REACH * spread + 0.5), 0);
    const end = Math.min(Math.trunc(centre + REACH * spread + 0.5), from);
    const counts = Array.from({ length: from }, (_, source) =>
      source >= first && source < end ? bicubic((source + 0.5 - centre) / spread) : 0,
    );
    const sum = counts.reduce((total, count) => total + count, 0);
    return counts.map((count) => count / sum);
  });
}

/** Keys, "Cubic convolution interpolation for digital image processing" (1981). */
function bicubic(offset: number): number {
  const x = Math.abs(offset);
  if (x < 1) return ((SHARPNESS + 2) * x - (SHARPNESS + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * SHARPNESS : 0;
}
