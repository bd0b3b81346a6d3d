import * as tf from '@tensorflow/tfjs-core';

/** Samples in a batch: the first dimension of the first tensor in it that has one; 1 where there is none. */
export function batchSizeOf(batch: unknown): number {
  return firstDimension(batch) ?? 1;
}

function firstDimension(part: unknown): number | undefined {
  if (part instanceof tf.Tensor) return (part as tf.Tensor).shape[0];
  if (typeof part !== 'object' || part === null) return undefined;
  for (const item of Object.values(part)) {
    const size = firstDimension(item);
    if (size !== undefined) return size;
  }
  return undefined;
}
