import * as tf from '@tensorflow/tfjs-core';
import { withGradient } from '../nn';

/**
 * Computes log Σ exp(logits) − offset for each row: `[rows, columns]` and `[rows]` to `[rows]`. Finite for logits of
 * any size, because the largest one of a row is subtracted first.
 *
 * @param exclusion `[rows, columns]`: subtracted from the logits; a large number excludes an entry.
 */
export function logSumExpOver(
  logits: tf.Tensor2D,
  offset: tf.Tensor1D,
  exclusion: tf.Tensor2D | null,
): tf.Tensor1D {
  return withGradient<tf.Tensor1D>([logits, offset], () => {
    const kept = exclusion === null ? logits : tf.sub<tf.Tensor2D>(logits, exclusion);
    const { largest, exponentials, sum } = exponentialsOf(kept);
    // The two large numbers first: their difference is exact.
    const ahead = tf.sub(tf.squeeze(largest, [1]), offset);
    return {
      value: tf.add<tf.Tensor1D>(ahead, tf.squeeze(tf.log(sum), [1])),
      saved: [tf.div(exponentials, sum)],
      gradient: (dy: tf.Tensor1D, [probabilities]: tf.Tensor[]) => [
        tf.mul(tf.expandDims(dy, 1), probabilities as tf.Tensor),
        tf.neg(dy),
      ],
    };
  });
}

/**
 * Computes −Σ targets · log softmax(logits) for each row: `[rows, columns]` to `[rows]`. A row of targets may have any
 * sum; no gradient flows to it.
 */
export function softCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Tensor1D {
  return withGradient<tf.Tensor1D>([logits], () => {
    const { largest, exponentials, sum } = exponentialsOf(logits);
    const logProbabilities = tf.sub(tf.sub(logits, largest), tf.log(sum));
    return {
      value: tf.neg(tf.sum<tf.Tensor1D>(tf.mul(targets, logProbabilities), 1)),
      saved: [tf.sub(tf.mul(tf.sum(targets, 1, true), tf.div(exponentials, sum)), targets)],
      gradient: (dy: tf.Tensor1D, [difference]: tf.Tensor[]) =>
        tf.mul(tf.expandDims(dy, 1), difference as tf.Tensor),
    };
  });
}

function exponentialsOf(logits: tf.Tensor2D): {
  largest: tf.Tensor;
  exponentials: tf.Tensor;
  sum: tf.Tensor;
} {
  const largest = tf.max(logits, 1, true);
  const exponentials = tf.exp(tf.sub(logits, largest));
  return { largest, exponentials, sum: tf.sum(exponentials, 1, true) };
}
