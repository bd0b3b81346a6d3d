import * as tf from '@tensorflow/tfjs-core';
import { FulgurError, valueKind } from '../errors';
import { requireTensor } from './require-pair';

/**
 * @param sets the views by description: `{ 'the large views': high }`.
 * @param form the expected shape of the views: `[batch, prototypes]`.
 * @throws FulgurError `module` if views are not lists of matrices of the same shape.
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
    fix: `Pass tensors of the same shape ${form}.`,
  });
}

function requireList(loss: string, name: string, set: unknown, form: string): void {
  if (Array.isArray(set)) {
    for (const view of set) requireTensor(loss, `one of ${name}`, view, form);
    return;
  }
  throw new FulgurError('module', {
    what: `${loss} got ${valueKind(set)} instead of a list of ${name}.`,
    fix: `Pass a list of tensors of shape ${form}, even for one view.`,
  });
}
