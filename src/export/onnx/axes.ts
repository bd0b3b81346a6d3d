import type { GraphConstant } from '../../graph';

/** Memory layout of a value of rank 4; values of other ranks are always `nhwc`. */
export type Layout = 'nhwc' | 'nchw';

/** Permutations of axes from `[batch, height, width, channels]` to `[batch, channels, height, width]`, and back. */
export const toChannelsFirst = [0, 3, 1, 2] as const;
export const toChannelsLast = [0, 2, 3, 1] as const;

/** Position of an axis of `[batch, height, width, channels]`; negative axes count from the end. */
export function axisIn(layout: Layout, axis: number, rank: number): number {
  const own = axis < 0 ? axis + rank : axis;
  return layout === 'nchw' ? toChannelsFirst.indexOf(own as 0 | 1 | 2 | 3) : own;
}

/** Returns a constant with permuted axes. */
export function permuted({ dtype, shape, values }: GraphConstant, order: readonly number[]): GraphConstant {
  const target = order.map((axis) => shape[axis] ?? 1);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const steps = order.map((axis) => strides[axis] ?? 1);
  const out = values.slice();
  const place = target.map(() => 0);
  let from = 0;
  for (let at = 0; at < out.length; at++) {
    out[at] = values[from] ?? 0;
    for (let axis = target.length - 1; axis >= 0; axis--) {
      const next = (place[axis] ?? 0) + 1;
      from += steps[axis] ?? 0;
      place[axis] = next;
      if (next < (target[axis] ?? 1)) break;
      from -= next * (steps[axis] ?? 0);
      place[axis] = 0;
    }
  }
  return { dtype, shape: target, values: out };
}

/** Returns a constant with leading axes of size 1 added until it has `rank`. */
export function ofRank({ dtype, shape, values }: GraphConstant, rank: number): GraphConstant {
  const missing = Math.max(0, rank - shape.length);
  return { dtype, shape: [...Array<number>(missing).fill(1), ...shape], values };
}

/** Returns a constant's elements as numbers. */
export function numbersOf({ values }: GraphConstant): number[] {
  return Array.from(values as Iterable<number | bigint>, Number);
}
