/** What a user's file of operations looks like: it imports types only, so that loader threads stay small. */
import type { PixelOperation } from '../../../../src';

/** Turns all levels over, with a probability. */
export function invert({ prob }: { prob: number }): PixelOperation {
  return ({ data }, random) => {
    if (random.chance(prob)) data.forEach((level, i) => (data[i] = 255 - level));
  };
}

/** Adds noise to each level. */
export function noise({ most }: { most: number }): PixelOperation {
  return ({ data }, random) => {
    data.forEach((level, i) => (data[i] = (level + random.below(most + 1)) % 256));
  };
}

/** A promise comes too late. */
export function late(): PixelOperation {
  const promised: () => unknown = () => Promise.resolve();
  return promised;
}

/** Not an operation. */
export function nothing(): null {
  return null;
}

export const number = 3;
