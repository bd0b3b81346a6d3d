import type * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../errors';

/** A number of views: exactly, at least, or as a number of large views followed by any number of others. */
export type ViewCount = number | { readonly atLeast: number } | { readonly large: number };

/** A list of that length; elements that certainly exist need no check. */
export type ViewsOf<Count extends ViewCount> = Count extends number
  ? Repeated<Count>
  : Count extends { readonly atLeast: infer Least extends number }
    ? [...Repeated<Least>, ...tf.Tensor4D[]]
    : Count extends { readonly large: infer Large extends number }
      ? [...Repeated<Large>, ...tf.Tensor4D[]]
      : never;

type Repeated<Count extends number, List extends tf.Tensor4D[] = []> = number extends Count
  ? tf.Tensor4D[]
  : List['length'] extends Count
    ? List
    : Repeated<Count, [...List, tf.Tensor4D]>;

/**
 * Returns the views of a batch, in the number that a method needs. Without this check a transform that makes fewer
 * fails somewhere in the method, and one that makes more draws views without success.
 *
 * @param count `2`; `{ atLeast: 2 }`; `{ large: 2 }` for multi-crop: the first two have the same size, and no other
 *   view is larger.
 * @throws FulgurError `config` if the transform makes other views.
 *
 * @example
 * override trainingStep(batch: ViewBatch) {
 *   const [first, second] = nn.viewsOf(batch, 2);
 */
export function viewsOf<const Count extends ViewCount>(
  { views }: { readonly views: readonly tf.Tensor4D[] },
  count: Count,
): ViewsOf<Count> {
  const problem = problemOf(views, count);
  // From here on `views` has the length that the type states.
  if (problem === null) return [...views] as ViewsOf<Count>;
  throw new FulgurError('config', problem);
}

function problemOf(views: readonly tf.Tensor4D[], count: ViewCount): { what: string; fix: string } | null {
  const made = `the batch has ${views.length}`;
  if (typeof count === 'number') {
    if (views.length === count) return null;
    return {
      what: `The method takes ${inWords(count, 'view')} of each image, but ${made}.`,
      fix: `Choose a transform in data that makes ${count}.`,
    };
  }
  const least = 'large' in count ? count.large : count.atLeast;
  if (views.length < least) {
    return {
      what: `The method takes at least ${inWords(least, 'view')} of each image, but ${made}.`,
      fix: `Choose a transform in data that makes ${least} or more.`,
    };
  }
  if (!('large' in count) || areLargest(views, least)) return null;
  const sizes = views.map(({ shape: [, height, width] }) => `${height} × ${width}`);
  return {
    what: `The method takes ${inWords(least, 'large view')} before the smaller ones, but the batch has views of ${sizes.join(', ')} pixels.`,
    fix: `Choose a transform in data whose first ${least} views have the same size, which no other view exceeds.`,
  };
}

function areLargest(views: readonly tf.Tensor4D[], large: number): boolean {
  const [, height = 0, width = 0] = views[0]?.shape ?? [];
  return views.every(({ shape: [, h, w] }, index) =>
    index < large ? h === height && w === width : h <= height && w <= width,
  );
}

function inWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
