import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';

/** Samples in a batch: the first dimension of the first tensor in it that has one; 1 where there is none. */
export function batchSizeOf(batch: unknown): number {
  for (const tensor of tensorsIn(batch)) {
    const [samples] = tensor.shape as readonly number[];
    if (samples !== undefined) return samples;
  }
  return 1;
}

/** @throws FulgurError `plugin` where a tensor of the batch has been disposed. */
export function requireUndisposed(batch: unknown): void {
  for (const { isDisposed, shape } of tensorsIn(batch)) {
    if (!isDisposed) continue;
    throw new FulgurError('plugin', {
      what: `it disposed a tensor of the batch, of shape [${shape.join(', ')}].`,
      why: 'The data own the tensors of a batch, and free them when the next one is asked for.',
      fix: 'Only read them; keep a copy by tensor.clone(), and dispose that.',
    });
  }
}

/** The tensors of a batch, in whatever lists and objects they lie. */
function* tensorsIn(part: unknown, around: readonly unknown[] = []): Iterable<tf.Tensor> {
  if (part instanceof tf.Tensor) yield part;
  else if (isOpen(part) && !around.includes(part)) {
    for (const item of Object.values(part)) yield* tensorsIn(item, [...around, part]);
  }
}

/** Whether something may hold tensors; a list of numbers, which may be long, holds none. */
function isOpen(part: unknown): part is object {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return false;
  return !Array.isArray(part) || typeof part[0] === 'object';
}
