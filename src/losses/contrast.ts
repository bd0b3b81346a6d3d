import * as tf from '@tensorflow/tfjs-core';
import { exactMatMul, float32Barrier, normalizeRows, ranks } from '../nn';

/** Subtracted from a logit to exclude it: larger than the difference of logits at any sensible temperature. */
const EXCLUDED = 1e9;

/** Compares two views of the same samples. The first `batch` rows are those of `a`, the others those of `b`. */
export interface Contrast {
  /** Cosines of this rank's rows with those of both views of all samples: `[2 · batch, 2 · samples]`. */
  readonly cosines: tf.Tensor2D;
  /** Cosines of the two views of each of this rank's samples: `[batch]`. */
  readonly positives: tf.Tensor1D;
  /** Cosines of the two views of all samples: `[samples]`. */
  allPositives(): tf.Tensor1D;
  /** The exclusions with which `logSumExpOver` leaves out a row's own entry, or also that of the other view. */
  exclusion(what: 'itself' | 'its sample'): tf.Tensor2D;
}

/**
 * With `gather` the samples are those of all ranks, otherwise this rank's; rows and products are float32 at any
 * precision.
 */
export function contrast(a: tf.Tensor2D, b: tf.Tensor2D, gather: boolean): Contrast {
  const [batch, features] = a.shape;
  const own = [a, b].map((view) => normalizeRows(float32Barrier(view))) as [tf.Tensor2D, tf.Tensor2D];
  const [rank, worldSize] = gather ? [ranks.rank, ranks.worldSize] : [0, 1];
  const all = worldSize === 1 ? own : gathered(own, features);
  const samples = batch * worldSize;
  const columns = Array.from({ length: batch }, (_, row) => row * worldSize + rank);
  return {
    cosines: exactMatMul(tf.concat2d(own, 0), tf.concat2d(all, 0), false, true),
    positives: rowProducts(own),
    allPositives: () => rowProducts(all),
    exclusion: (what) => {
      const sample = tf.oneHot(tf.tensor1d(columns, 'int32'), samples, EXCLUDED, 0, 'float32') as tf.Tensor2D;
      const other = what === 'itself' ? tf.zerosLike(sample) : sample;
      return tf.concat2d([tf.concat2d([sample, other], 1), tf.concat2d([other, sample], 1)], 0);
    },
  };
}

/** Returns both views of all ranks' samples, in one exchange. */
function gathered(views: readonly [tf.Tensor2D, tf.Tensor2D], features: number): tf.Tensor2D[] {
  return tf.split<tf.Tensor2D>(ranks.allGather(tf.concat2d([...views], 1)), [features, features], 1);
}

function rowProducts([a, b]: readonly tf.Tensor2D[]): tf.Tensor1D {
  return tf.sum<tf.Tensor1D>(tf.mul(a as tf.Tensor2D, b as tf.Tensor2D), 1);
}
