import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';

/** A value of tensors and plain data in arrays and objects, taken apart. */
export interface FlatValue {
  readonly tensors: readonly tf.Tensor[];
  /** Equal for two values if and only if they differ only in their tensors' values. */
  readonly signature: string;
}

/**
 * Extracts the tensors of arguments or results, in a fixed order.
 *
 * @param root - the name of the value in errors
 * @throws FulgurError `trace` for a disposed tensor, and for anything that is neither a tensor nor plain data
 */
export function flatten(value: unknown, name: string, root: 'argument' | 'result'): FlatValue {
  const tensors: tf.Tensor[] = [];
  const visit = (part: unknown, path: string): string => {
    if (isTensor(part)) {
      if (part.isDisposed) throw disposed(name, path, part);
      tensors.push(part);
      const type = `${part.dtype}[${part.shape.join(',')}]`;
      // A variable may be assigned, so it is identified itself and not by its shape.
      return part instanceof tf.Variable ? `variable ${part.id} ${type}` : type;
    }
    if (Array.isArray(part))
      return `(${part.map((item, index) => visit(item, `${path}[${index}]`)).join(',')})`;
    if (isPlainObject(part)) {
      const fields = Object.entries(part).map(
        ([key, item]) => `${JSON.stringify(key)}:${visit(item, `${path}.${key}`)}`,
      );
      return `{${fields.join(',')}}`;
    }
    if (typeof part === 'string') return JSON.stringify(part);
    if (isPlainData(part)) return `${typeof part}:${String(part)}`;
    throw notTraceable(name, path, part);
  };
  return { signature: visit(value, root), tensors };
}

/** Yields the tensors in any value, wherever `flatten` would find some. */
export function tensorsIn(value: unknown): tf.Tensor[] {
  const tensors: tf.Tensor[] = [];
  replace(value, (part) => {
    if (!isTensor(part)) return undefined;
    if (!part.isDisposed) tensors.push(part);
    return part;
  });
  return tensors;
}

/** The place of a tensor in a result whose tensors are not available yet. */
class Slot {
  constructor(readonly index: number) {}
}

/** Returns a result with slots instead of its tensors, in the order of `flatten`. */
export function toTemplate(value: unknown): unknown {
  let next = 0;
  return replace(value, (part) => (part instanceof tf.Tensor ? new Slot(next++) : undefined));
}

/** Fills a template's slots. */
export function fillTemplate(template: unknown, values: readonly unknown[]): unknown {
  return replace(template, (part) => (part instanceof Slot ? values[part.index] : undefined));
}

function replace(value: unknown, replacementOf: (part: unknown) => unknown): unknown {
  const replacement = replacementOf(value);
  if (replacement !== undefined) return replacement;
  if (Array.isArray(value)) return value.map((item) => replace(item, replacementOf));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, replace(item, replacementOf)]));
}

function isTensor(value: unknown): value is tf.Tensor {
  return value instanceof tf.Tensor;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function isPlainData(value: unknown): boolean {
  return value === null || ['number', 'boolean', 'undefined', 'bigint'].includes(typeof value);
}

function notTraceable(name: string, path: string, value: unknown): FulgurError {
  const constructor: unknown = (value as { constructor?: unknown }).constructor;
  const kind = typeof constructor === 'function' ? constructor.name : typeof value;
  return new FulgurError('trace', {
    what: `The ${path} of the compiled function '${name}' is of type ${kind}, which it can neither accept nor return.`,
    fix: 'Use tensors, numbers, strings and booleans, in arrays and plain objects.',
  });
}

function disposed(name: string, path: string, { shape }: tf.Tensor): FulgurError {
  return new FulgurError('trace', {
    what: `The ${path} of the compiled function '${name}' is a tensor of shape [${shape.join(', ')}] that has been disposed.`,
    fix: 'Dispose it after the call.',
  });
}
