import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';

/**
 * Returns the number of samples in a batch: the first dimension of its first tensor that has one; 1 if there is none.
 */
export function batchSizeOf(batch: unknown): number {
  for (const tensor of tensorsIn(batch)) {
    const [samples] = tensor.shape as readonly number[];
    if (samples !== undefined) return samples;
  }
  return 1;
}

/** @throws FulgurError `plugin` if a tensor of the batch has been disposed. */
export function requireUndisposed(batch: unknown): void {
  const disposed = disposedTensorIn(batch);
  if (disposed === null) return;
  throw new FulgurError('plugin', {
    what: `it disposed a tensor of the batch, of shape [${disposed.shape.join(', ')}].`,
    why: 'The data owns the tensors of a batch, and frees them when the next batch is requested.',
    fix: 'Only read them; make a copy with tensor.clone() if needed, and dispose that.',
  });
}

/** Returns the first tensor of a batch that has been disposed; `null` if there is none. */
export function disposedTensorIn(batch: unknown): tf.Tensor | null {
  for (const tensor of tensorsIn(batch)) if (tensor.isDisposed) return tensor;
  return null;
}

/** Describes the contents of a batch: `{ x: float32 [32, 2], y: int32 [32] }`. */
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

/** Yields the tensors of a batch, in any lists and objects that contain them. */
function* tensorsIn(part: unknown, around: readonly unknown[] = []): Iterable<tf.Tensor> {
  if (part instanceof tf.Tensor) yield part;
  else if (isOpen(part) && !around.includes(part)) {
    for (const item of Object.values(part)) yield* tensorsIn(item, [...around, part]);
  }
}

/** Whether a value may contain tensors; a list that starts with plain values, which may be long, contains none. */
function isOpen(part: unknown): part is object {
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) return false;
  return !Array.isArray(part) || part.slice(0, MOST_NAMED).some((item) => typeof item === 'object');
}
