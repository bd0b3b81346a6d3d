import * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../errors';

/**
 * @param form what the views are to be: `[batch, prototypes]`.
 * @throws FulgurError `module` where views are no matrices of one shape.
 */
export function requireViews(loss: string, views: readonly tf.Tensor[], form: string): void {
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
