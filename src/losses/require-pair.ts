import * as tf from '@tensorflow/tfjs-core';
import { FulgurError, numbers, requireNumbers, valueKind } from '../errors';
import { ranks } from '../nn';

/** @throws FulgurError `module` unless both are `[batch, features]` with the same shape. */
export function requirePair(
  loss: string,
  names: readonly [string, string],
  a: tf.Tensor,
  b: tf.Tensor,
): void {
  requireTensor(loss, names[0], a, '[batch, features]');
  requireTensor(loss, names[1], b, '[batch, features]');
  if (a.rank === 2 && tf.util.arraysEqual(a.shape, b.shape)) return;
  throw new FulgurError('module', {
    what: `${loss} got ${names[0]} of shape [${a.shape.join(', ')}] and ${names[1]} of shape [${b.shape.join(', ')}].`,
    fix: 'Pass two tensors of the same shape [batch, features].',
  });
}

/** @throws FulgurError `module` for any shape other than `[batch, features]`. */
export function requireRows(loss: string, name: string, rows: tf.Tensor): void {
  requireTensor(loss, name, rows, '[batch, features]');
  if (rows.rank === 2) return;
  throw new FulgurError('module', {
    what: `${loss} got ${name} of shape [${rows.shape.join(', ')}].`,
    fix: 'Pass a tensor of shape [batch, features].',
  });
}

/**
 * @param why why the loss needs a second sample.
 * @throws FulgurError `module` if the ranks that the loss compares have only one sample together.
 */
export function requireSeveral(loss: string, rows: tf.Tensor2D, gather: boolean, why: string): void {
  if (rows.shape[0] * (gather ? ranks.worldSize : 1) > 1) return;
  throw new FulgurError('module', {
    what: `${loss} got a batch of one sample.`,
    why,
    fix: gather ? 'Train with a batch size of 2 or more.' : 'Train with a batch size of 2 or more per rank.',
  });
}

/**
 * @throws FulgurError `config` if one of these options is not a number greater than 0; a scalar tensor is not checked.
 */
export function requirePositive(loss: string, options: Readonly<Record<string, number | tf.Scalar>>): void {
  const given = Object.entries<unknown>(options);
  const unseen = ([, value]: [string, unknown]): boolean => value instanceof tf.Tensor && value.rank === 0;
  requireNumbers(loss, Object.fromEntries(given.filter((entry) => !unseen(entry))), numbers.positive);
}

/** @throws FulgurError `config` if one of these weights of terms is negative or not a number. */
export function requireWeights(loss: string, weights: Readonly<Record<string, number>>): void {
  requireNumbers(loss, weights, numbers.fromZero);
}

/** @throws FulgurError `module` for a value that is not a tensor. */
export function requireTensor(loss: string, name: string, value: unknown, form: string): void {
  if (value instanceof tf.Tensor) return;
  throw new FulgurError('module', {
    what: `${loss} got ${valueKind(value)} as ${name}.`,
    fix: `Pass a tensor of shape ${form}.`,
  });
}
