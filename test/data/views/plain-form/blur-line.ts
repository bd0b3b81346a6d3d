import type { SoftBox } from '../../../../src/data/views/kernels/soft-box';
import { BOX_BITS } from '../../../../src/data/views/kernels/soft-box';

const HALF = 1 << (BOX_BITS - 1);

/**
 * Three box blurs of radius 0, in place, over a line of at least three bytes: every `stride`-th byte from `at` on. The passes run interleaved, each two bytes
 * behind the one before it, so that every byte is read and written once.
 */
export function blurNarrow(
  pixels: Uint8Array,
  at: number,
  stride: number,
  count: number,
  box: SoftBox,
): void {
  const { inner, outer } = box;
  // Of each pass (a, b, c): the last two bytes that it was given.
  let a0 = pixels[at] ?? 0;
  let a1 = pixels[at + stride] ?? 0;
  let b0 = (Math.imul(a0, inner) + Math.imul(a0 + a1, outer) + HALF) >>> BOX_BITS;
  let next = pixels[at + 2 * stride] ?? 0;
  let b1 = (Math.imul(a1, inner) + Math.imul(a0 + next, outer) + HALF) >>> BOX_BITS;
  a0 = a1;
  a1 = next;
  let c0 = (Math.imul(b0, inner) + Math.imul(b0 + b1, outer) + HALF) >>> BOX_BITS;
  let c1 = c0;
  let from = at + 3 * stride;
  let to = at;
  let blurred: number;
  for (let i = 3; i < count; i++) {
    next = pixels[from] ?? 0;
    from += stride;
    blurred = (Math.imul(a1, inner) + Math.imul(a0 + next, outer) + HALF) >>> BOX_BITS;
    a0 = a1;
    a1 = next;
    next = (Math.imul(b1, inner) + Math.imul(b0 + blurred, outer) + HALF) >>> BOX_BITS;
    b0 = b1;
    b1 = blurred;
    pixels[to] = (Math.imul(c1, inner) + Math.imul(c0 + next, outer) + HALF) >>> BOX_BITS;
    to += stride;
    c0 = c1;
    c1 = next;
  }
  // The last bytes leave the passes one after the other; each pass repeats the last byte that it was given.
  blurred = (Math.imul(a1, inner) + Math.imul(a0 + a1, outer) + HALF) >>> BOX_BITS;
  next = (Math.imul(b1, inner) + Math.imul(b0 + blurred, outer) + HALF) >>> BOX_BITS;
  b0 = b1;
  b1 = blurred;
  pixels[to] = (Math.imul(c1, inner) + Math.imul(c0 + next, outer) + HALF) >>> BOX_BITS;
  c0 = c1;
  c1 = next;
  next = (Math.imul(b1, inner) + Math.imul(b0 + b1, outer) + HALF) >>> BOX_BITS;
  pixels[to + stride] = (Math.imul(c1, inner) + Math.imul(c0 + next, outer) + HALF) >>> BOX_BITS;
  c0 = c1;
  c1 = next;
  pixels[to + 2 * stride] = (Math.imul(c1, inner) + Math.imul(c0 + c1, outer) + HALF) >>> BOX_BITS;
}

/** One box blur of radius 1 from a line of at least two bytes to another, which may be the same. */
export function blurFive(
  line: Uint8Array,
  at: number,
  stride: number,
  count: number,
  { inner, outer }: SoftBox,
  out: Uint8Array,
  to: number,
  outStride: number,
): void {
  let before = line[at] ?? 0;
  let left = before;
  let here = before;
  let from = at + stride;
  let right = line[from] ?? 0;
  for (let i = 2; i < count + 2; i++) {
    // At the line's end its last byte repeats.
    if (i < count) from += stride;
    const after = line[from] ?? 0;
    const middle = left + here + right;
    out[to] = (Math.imul(middle, inner) + Math.imul(before + after, outer) + HALF) >>> BOX_BITS;
    to += outStride;
    before = left;
    left = here;
    here = right;
    right = after;
  }
}

/**
 * One box blur of any radius. The line to blur lies in `line` from `radius + 1` on; its surroundings are overwritten.
 * The result goes to every `stride`-th byte of `out`.
 */
export function blurWide(
  line: Uint8Array,
  count: number,
  { radius, inner, outer }: SoftBox,
  out: Uint8Array,
  at: number,
  stride: number,
): void {
  const margin = radius + 1;
  for (let i = margin - 1; i >= 0; i--) line[i] = line[i + 1] ?? 0;
  for (let i = margin + count; i < count + 2 * margin; i++) line[i] = line[i - 1] ?? 0;
  const reach = 2 * radius + 1;
  // The sum of the box around the byte before the line's first.
  let sum = 0;
  for (let i = 0; i < reach; i++) sum += line[i] ?? 0;
  let to = at;
  for (let i = 0; i < count; i++) {
    const before = line[i] ?? 0;
    const ends = before + (line[i + reach + 1] ?? 0);
    sum += (line[i + reach] ?? 0) - before;
    out[to] = (Math.imul(sum, inner) + Math.imul(ends, outer) + HALF) >>> BOX_BITS;
    to += stride;
  }
}
