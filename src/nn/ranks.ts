import * as tf from '@tensorflow/tfjs-core';
import type { Ranks } from '../contracts';
import { withGradient } from './custom-gradient';

/** The operations that a loss needs of the ranks that train one model together. */
export type StepRanks = Pick<Ranks, 'rank' | 'worldSize' | 'allReduce'>;

const alone: StepRanks = { rank: 0, worldSize: 1, allReduce: (tensor) => tf.clone(tensor) };

let current = alone;

/**
 * Returns the same ranks with a `note` of every exchange in words, such as `sum of [16, 128]`, including those of
 * gradients.
 */
export function notingExchanges(group: StepRanks, note: (exchange: string) => void): StepRanks {
  const { rank, worldSize } = group;
  return {
    rank,
    worldSize,
    allReduce: (tensor, result) => {
      note(`${result} of [${tensor.shape.join(', ')}]`);
      return group.allReduce(tensor, result);
    },
  };
}

/**
 * Makes these ranks available to losses and queues while the synchronous function `run` runs. A trainer does so in the
 * training step; in an evaluation, where ranks may have batches of different sizes, each rank is alone.
 */
export function withRanks<T>(group: StepRanks, run: () => T): T {
  const previous = current;
  current = group;
  try {
    return run();
  } finally {
    current = previous;
  }
}

/**
 * Returns the ranks whose batches make up the current update, for losses that compare samples of all of them. All ranks
 * must call the same functions in the same order.
 *
 * A step's loss is the mean over ranks, and so are gradients: a rank's own loss may be that of its own samples or that
 * of all samples, as long as the mean is the loss of one rank with the whole batch. No factor of the world size is
 * needed anywhere.
 */
export const ranks = {
  /** The number of this rank, from 0. */
  get rank(): number {
    return current.rank;
  },

  /** The number of ranks that train one model together; 1 outside a training step. */
  get worldSize(): number {
    return current.worldSize;
  },

  /**
   * Returns the sum or the mean of a tensor over ranks, the same on each rank. The gradient of one rank's tensor is the
   * sum, or the mean, of the gradients of the result on all ranks.
   *
   * Matches PyTorch's `torch.distributed.nn.functional.all_reduce`.
   */
  allReduce<T extends tf.Tensor>(tensor: T, result: 'sum' | 'mean'): T {
    const group = current;
    if (group.worldSize === 1) return tf.clone(tensor);
    return withGradient<T>([tensor], () => ({
      value: group.allReduce(tensor, result),
      gradient: (dy) => group.allReduce(dy, result),
    }));
  },

  /**
   * Returns the rows of all ranks in the order of the samples: `[batch, ...]` on each of W ranks to `[batch · W, ...]`,
   * where row `i` of rank `r` is row `i · W + r`, as the sampler deals them. The gradient of a rank's rows is the sum
   * of their gradients on all ranks.
   */
  allGather<T extends tf.Tensor>(rows: T): T {
    const group = current;
    const { rank, worldSize } = group;
    if (worldSize === 1) return tf.clone(rows);
    const [batch = 0, ...others] = rows.shape;
    return withGradient<T>([rows], () => ({
      value: tf.tidy(() => {
        const row = tf.reshape<tf.Rank.R3>(rows, [batch, 1, -1]);
        const padded = tf.pad3d(row, [
          [0, 0],
          [rank, worldSize - rank - 1],
          [0, 0],
        ]);
        return tf.reshape(group.allReduce(padded, 'sum'), [batch * worldSize, ...others]) as T;
      }),
      gradient: (dy) =>
        tf.tidy(() => {
          const all = tf.reshape<tf.Rank.R3>(group.allReduce(dy, 'sum'), [batch, worldSize, -1]);
          return tf.reshape(tf.slice3d(all, [0, rank, 0], [batch, 1, -1]), rows.shape);
        }),
    }));
  },
} as const;
