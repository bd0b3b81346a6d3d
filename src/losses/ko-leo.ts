import * as tf from '@tensorflow/tfjs-core';
import { exactMatMul, float32Barrier, normalizeRows, ranks, stopGradient } from '../nn';
import { requireRows, requireSeveral } from './require-pair';

const EPSILON = 1e-8;
/** Subtracted from a row's cosine with itself: larger than the difference of any two cosines. */
const EXCLUDED = 4;

/** Options of `koLeo`. */
export interface KoLeoOptions {
  /**
   * Look for neighbours among the samples of all ranks (default `true`), or only among this rank's, as lightly does.
   */
  readonly gather?: boolean;
}

/**
 * The Kozachenko-Leonenko regulariser: −log of the distance to the nearest neighbour among the other rows, all
 * normalised; the mean over rows. It spreads the rows out, and is added to another loss.
 *
 * `rows` is `[batch, features]`; gradients flow to a row and its neighbour. Matches lightly's `KoLeoLoss`: norms below
 * 1e-8 count as 1e-8, and 1e-8 is added to differences and distances, so that equal rows give a large loss instead of
 * an infinite one.
 *
 * Source: Sablayrolles et al., "Spreading vectors for similarity search" (2019), equation 3.
 *
 * @throws FulgurError `module` for another shape, or if all ranks together have one sample, which has no neighbour.
 */
export function koLeo(rows: tf.Tensor2D, { gather = true }: KoLeoOptions = {}): tf.Scalar {
  requireRows('koLeo', 'rows', rows);
  requireSeveral('koLeo', rows, gather, 'It has no neighbour.');
  return tf.tidy(() => {
    const own = normalizeRows(float32Barrier(rows), EPSILON);
    const [rank, worldSize] = gather ? [ranks.rank, ranks.worldSize] : [0, 1];
    const all = worldSize === 1 ? own : ranks.allGather(own);
    const neighbours = tf.gather(all, nearest(own, all, rank, worldSize));
    // Behind a barrier, because TensorFlow would otherwise add the small number to the neighbours, where it is lost.
    const differences = tf.add(float32Barrier(tf.sub<tf.Tensor2D>(own, neighbours)), EPSILON);
    const distances = tf.sqrt(tf.sum(tf.square(differences), 1));
    return tf.neg(tf.mean<tf.Scalar>(tf.log(tf.add(distances, EPSILON))));
  });
}

/** Returns the row of `all` with the largest cosine to each own row, except the row itself. */
function nearest(own: tf.Tensor2D, all: tf.Tensor2D, rank: number, worldSize: number): tf.Tensor1D {
  const places = Array.from({ length: own.shape[0] }, (_, row) => row * worldSize + rank);
  const cosines = exactMatMul(stopGradient(own), stopGradient(all), false, true);
  const itself = tf.oneHot(tf.tensor1d(places, 'int32'), all.shape[0], EXCLUDED, 0, 'float32');
  return tf.argMax<tf.Tensor1D>(tf.sub(cosines, itself), 1);
}
