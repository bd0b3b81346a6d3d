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
  const disposed = disposedTensorIn(batch);
  if (disposed === null) return;
  throw new FulgurError('plugin', {
    what: `it disposed a tensor of the batch, of shape [${disposed.shape.join(', ')}].`,
    why: 'The data own the tensors of a batch, and free them when the next one is asked for.',
    fix: 'Only read them; keep a copy by tensor.clone(), and dispose that.',
  });
}

/** The first tensor of a batch that has been disposed; `null` where all are there. */
export function disposedTensorIn(batch: unknown): tf.Tensor | null {
  for (const tensor of tensorsIn(batch)) if (tensor.isDisposed) return tensor;
  return null;
}

/** What a batch holds, in words: `{ x: float32 [32, 2], y: int32 [32] }`. */
export function describeBatch(part: unknown): string {
  if (part instanceof tf.Tensor) {
    const { dtype, shape } = part as tf.Tensor;
    return `${dtype} [${shape.join(', ')}]`;
  }
  if (!isOpen(part)) return Array.isArray(part) ? 'a list' : String(part === null ? null : typeof part);
  if (Array.isArray(part))
    return `[${part.slice(0, MOST_NAMED).map(describeBatch).join(', ')}${part.length > MOST_NAMED ? ', ...' : ''}]`;
  const fields = Object.entries(part);
  const named = fields.slice(0, MOST_NAMED).map(([name, value]) => `${name}: ${describeBatch(value)}`);
  return `{ ${[...named, ...(fields.length > MOST_NAMED ? ['...'] : [])].join(', ')} }`;
}

const MOST_NAMED = 8;

/** The tensors of a batch, in whatever lists and objects they lie. */
function* tensorsIn(part: unknown, around: readonly unknown[] = []): Iterable<tf.Tensor> {
  if (part instanceof tf.Tensor) yield part;
  else if (isOpen(part) && !around.includes(part)) {
    for (const item of Object.values(part)) yield* tensorsIn(item, [...around, part]);
  }
}

/** Whether something may hold tensors; a list that begins with plain values, which may be long, holds none. */
function isOpen(part: unknown): part is object {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return false;
  return !Array.isArray(part) || part.slice(0, MOST_NAMED).some((item) => typeof item === 'object');
}
