import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../errors';
import { ranks } from '../nn';

/** @throws FulgurError `module` where the two are not `[batch, features]`, of one shape. */
export function requirePair(
  loss: string,
  names: readonly [string, string],
  a: tf.Tensor,
  b: tf.Tensor,
): void {
  if (a.rank === 2 && tf.util.arraysEqual(a.shape, b.shape)) return;
  throw new FulgurError('module', {
    what: `${loss} got ${names[0]} of shape [${a.shape.join(', ')}] and ${names[1]} of shape [${b.shape.join(', ')}].`,
    fix: 'Give two tensors of the same shape [batch, features].',
  });
}

/** @throws FulgurError `module` for anything but `[batch, features]`. */
export function requireRows(loss: string, name: string, rows: tf.Tensor): void {
  if (rows.rank === 2) return;
  throw new FulgurError('module', {
    what: `${loss} got ${name} of shape [${rows.shape.join(', ')}].`,
    fix: 'Give a tensor of shape [batch, features].',
  });
}

/**
 * @param why what the loss needs a second sample for.
 * @throws FulgurError `module` where the ranks that the loss looks at have one sample together.
 */
export function requireSeveral(loss: string, rows: tf.Tensor2D, gather: boolean, why: string): void {
  if (rows.shape[0] * (gather ? ranks.worldSize : 1) > 1) return;
  throw new FulgurError('module', {
    what: `${loss} got a batch of one sample.`,
    why,
    fix: gather ? 'Train with a batch size of 2 or more.' : 'Train with a batch size of 2 or more per rank.',
  });
}

/** @throws FulgurError `config` where a number among these options is not greater than 0; a tensor is taken as it is. */
export function requirePositive(loss: string, options: Readonly<Record<string, number | tf.Scalar>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (typeof value !== 'number' || (value > 0 && value < Infinity)) continue;
    throw new FulgurError('config', {
      what: `${loss} got ${name} ${value}.`,
      fix: 'Give a number greater than 0.',
    });
  }
}
