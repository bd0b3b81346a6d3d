import * as tf from '@tensorflow/tfjs-core';
import { FulgurError, valueKind } from '../errors';
import { requireTensor } from './require-pair';

/**
 * @param sets the views by what they are: `{ 'the large views': high }`.
 * @param form what the views are to be: `[batch, prototypes]`.
 * @throws FulgurError `module` where views are no lists of matrices of one shape.
 */
export function requireViews(
  loss: string,
  sets: Readonly<Record<string, readonly tf.Tensor[]>>,
  form: string,
): void {
  for (const [name, set] of Object.entries<unknown>(sets)) requireList(loss, name, set, form);
  const views = Object.values(sets).flat();
  const [first] = views;
  const other = views.find(
    ({ shape }) => shape.length !== 2 || !tf.util.arraysEqual(shape, first?.shape ?? shape),
  );
  if (other === undefined) return;
  const shapes = views.map(({ shape }) => `[${shape.join(', ')}]`);
  throw new FulgurError('module', {
    what: `${loss} got views of shape ${shapes.join(', ')}.`,
    fix: `Give tensors of one shape ${form}.`,
  });
}

function requireList(loss: string, name: string, set: unknown, form: string): void {
  if (Array.isArray(set)) {
    for (const view of set) requireTensor(loss, `one of ${name}`, view, form);
    return;
  }
  throw new FulgurError('module', {
    what: `${loss} got ${valueKind(set)} in the place of a list of ${name}.`,
    fix: `Give a list of tensors of shape ${form}, also for one view.`,
  });
}
