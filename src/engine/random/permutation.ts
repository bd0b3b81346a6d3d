import type { RandomStream } from './random-stream';

/** Returns a uniform permutation of 0..length-1, by Fisher and Yates. */
export function permutation(length: number, stream: RandomStream): Uint32Array {
  const order = Uint32Array.from({ length }, (_, index) => index);
  for (let last = length - 1; last > 0; last--) {
    const other = stream.below(last + 1);
    const moved = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = moved;
  }
  return order;
}
