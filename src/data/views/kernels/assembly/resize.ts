import { bytesOf } from './whole';

/** Fraction bits of a weight, as in src/data/views/kernels/axis-filter.ts. */
const WEIGHT_BITS: i32 = 22;
/** A weight is split into two 16-bit parts: its lowest 15 bits and the rest. */
const LOW_BITS: i32 = 15;
const HALF: i32 = 1 << (WEIGHT_BITS - 1);
/** Bytes of a pair of taps: the low parts of both, then the high parts. */
const PAIR: usize = 8;

/** Combines the sums of low and high parts into one sum, rounded to whole levels. */
// @ts-ignore: decorator
@inline
function round(low: v128, high: v128): v128 {
  return i32x4.shr_s(i32x4.add(low, i32x4.shl(high, LOW_BITS)), WEIGHT_BITS);
}

/** Interleaves red, green and blue of two neighbouring RGB pixels in a vector, 16 bits each. */
// @ts-ignore: decorator
@inline
function firstPair(pixels: v128): v128 {
  return i8x16.swizzle(pixels, i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
}

/** Does the same for the next two pixels. */
// @ts-ignore: decorator
@inline
function secondPair(pixels: v128): v128 {
  return i8x16.swizzle(pixels, i8x16(6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1));
}

/** Returns one pixel: the weighted sum of the RGB pixels from `at` on, as three integers and a zero. */
// @ts-ignore: decorator
@inline
function mixPixels(at: usize, weights: usize, pairs: i32): v128 {
  let pixels = v128.load(at);
  let pair = firstPair(pixels);
  let low = i32x4.add(i32x4.splat(HALF), i32x4.dot_i16x8_s(pair, v128.load32_splat(weights)));
  let high = i32x4.dot_i16x8_s(pair, v128.load32_splat(weights, 4));
  if (pairs == 1) return round(low, high);
  // Shrinking by less than two needs two pairs, whose pixels fit into one vector.
  pair = secondPair(pixels);
  low = i32x4.add(low, i32x4.dot_i16x8_s(pair, v128.load32_splat(weights, 8)));
  high = i32x4.add(high, i32x4.dot_i16x8_s(pair, v128.load32_splat(weights, 12)));
  while (pairs > 2) {
    at += 6;
    weights += PAIR;
    pixels = v128.load(at);
    pair = secondPair(pixels);
    low = i32x4.add(low, i32x4.dot_i16x8_s(pair, v128.load32_splat(weights, 8)));
    high = i32x4.add(high, i32x4.dot_i16x8_s(pair, v128.load32_splat(weights, 12)));
    pairs--;
  }
  return round(low, high);
}

/** Filters a row of RGB bytes to three planes; `pairs` is a constant for sizes whose loop it makes faster. */
// @ts-ignore: decorator
@inline
function resizeRow(
  from: usize,
  starts: usize,
  ends: usize,
  weights: usize,
  pairs: i32,
  to: usize,
  plane: usize,
): void {
  const step = <usize>pairs * PAIR;
  for (let start = starts; start < ends; start += 16) {
    const first = mixPixels(from + load<u32>(start), weights, pairs);
    const second = mixPixels(from + load<u32>(start, 4), weights + step, pairs);
    const third = mixPixels(from + load<u32>(start, 8), weights + 2 * step, pairs);
    const fourth = mixPixels(from + load<u32>(start, 12), weights + 3 * step, pairs);
    const pixels = bytesOf(first, second, third, fourth);
    const planes = i8x16.swizzle(pixels, i8x16(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, -1, -1, -1, -1));
    v128.store32_lane(to, planes, 0);
    v128.store32_lane(to + plane, planes, 1);
    v128.store32_lane(to + 2 * plane, planes, 2);
    weights += 4 * step;
    to += 4;
  }
}

/**
 * Filters along rows of RGB bytes. Each row is written to three planes side by side, `plane` bytes each. `starts` are
 * byte offsets; starts and weights are padded to a multiple of four outputs.
 */
export function resizeRows(
  from: usize,
  stride: usize,
  height: i32,
  starts: usize,
  weights: usize,
  pairs: i32,
  width: i32,
  to: usize,
  plane: usize,
): void {
  const ends = starts + ((<usize>width) << 2);
  for (let y = 0; y < height; y++) {
    if (pairs == 1) resizeRow(from, starts, ends, weights, 1, to, plane);
    else if (pairs == 2) resizeRow(from, starts, ends, weights, 2, to, plane);
    else resizeRow(from, starts, ends, weights, pairs, to, plane);
    from += stride;
    to += 3 * plane;
  }
}

/**
 * Filters along columns of `length` bytes side by side; `starts` are byte offsets of rows. Reads and writes up to the
 * next multiple of 16 bytes.
 */
export function resizeColumns(
  from: usize,
  stride: usize,
  length: usize,
  starts: usize,
  weights: usize,
  pairs: i32,
  height: i32,
  to: usize,
  toStride: usize,
): void {
  for (let y = 0; y < height; y++) {
    const top = from + load<u32>(starts);
    for (let x: usize = 0; x < length; x += 16) mixRows(top + x, stride, weights, pairs, to + x);
    starts += 4;
    weights += <usize>pairs * PAIR;
    to += toStride;
  }
}

/** Returns sixteen bytes: the weighted sums of the bytes in the rows from `at` on. */
// @ts-ignore: decorator
@inline
function mixRows(at: usize, stride: usize, weights: usize, pairs: i32, to: usize): void {
  let low0 = i32x4.splat(HALF);
  let low1 = low0;
  let low2 = low0;
  let low3 = low0;
  let high0 = i32x4.splat(0);
  let high1 = high0;
  let high2 = high0;
  let high3 = high0;
  do {
    const upper = v128.load(at);
    const lower = v128.load(at + stride);
    const left = i8x16.shuffle(upper, lower, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const right = i8x16.shuffle(upper, lower, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
    const low = v128.load32_splat(weights);
    const high = v128.load32_splat(weights, 4);
    let pairs8 = i16x8.extend_low_i8x16_u(left);
    low0 = i32x4.add(low0, i32x4.dot_i16x8_s(pairs8, low));
    high0 = i32x4.add(high0, i32x4.dot_i16x8_s(pairs8, high));
    pairs8 = i16x8.extend_high_i8x16_u(left);
    low1 = i32x4.add(low1, i32x4.dot_i16x8_s(pairs8, low));
    high1 = i32x4.add(high1, i32x4.dot_i16x8_s(pairs8, high));
    pairs8 = i16x8.extend_low_i8x16_u(right);
    low2 = i32x4.add(low2, i32x4.dot_i16x8_s(pairs8, low));
    high2 = i32x4.add(high2, i32x4.dot_i16x8_s(pairs8, high));
    pairs8 = i16x8.extend_high_i8x16_u(right);
    low3 = i32x4.add(low3, i32x4.dot_i16x8_s(pairs8, low));
    high3 = i32x4.add(high3, i32x4.dot_i16x8_s(pairs8, high));
    at += 2 * stride;
    weights += PAIR;
  } while (--pairs);
  v128.store(to, bytesOf(round(low0, high0), round(low1, high1), round(low2, high2), round(low3, high3)));
}
