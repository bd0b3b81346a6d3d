import type * as tf from '@tensorflow/tfjs-core';
import { ranks, withGradient } from '../nn';

/**
 * For a loss that every rank computes alike from `meanOverRanks`: the same value, whose gradient is the mean of what comes
 * back on all ranks. So what lies before it has one gradient on all, and needs no exchange of its own.
 */
export function sameOnRanks(loss: tf.Scalar, gather: boolean): tf.Scalar {
  return gather && ranks.worldSize > 1 ? ranks.allReduce(loss, 'mean') : loss;
}

/**
 * The mean of a tensor over ranks, of which all ranks then compute the same, up to `sameOnRanks`. The gradient of the
 * result is therefore the same on all: what `ranks.allReduce` would exchange on the way back is there already.
 */
export function meanOverRanks<T extends tf.Tensor>(own: T, gather: boolean): T {
  if (!gather || ranks.worldSize === 1) return own;
  return withGradient<T>([own], () => ({ value: ranks.allReduce(own, 'mean'), gradient: (dy) => dy }));
}
