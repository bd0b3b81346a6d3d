/** Fraction bits of a box's weights, as in src/data/views/kernels/soft-box.ts. */
const BOX_BITS: i32 = 24;
/** A weight is split into two 16-bit parts: its lowest 12 bits and the rest. */
const LOW_BITS: i32 = 12;
const HALF: i32 = 1 << (BOX_BITS - 1);

/** Repeats a pair of 16-bit numbers four times. */
// @ts-ignore: decorator
@inline
function pairOf(first: i32, second: i32): v128 {
  return i32x4.splat(first | (second << 16));
}

/** Returns four weighted sums of pairs, rounded to whole levels. */
// @ts-ignore: decorator
@inline
function weigh(pairs: v128, low: v128, high: v128): v128 {
  const lowSums = i32x4.add(i32x4.dot_i16x8_s(pairs, low), i32x4.splat(HALF));
  return i32x4.shr_u(i32x4.add(lowSums, i32x4.shl(i32x4.dot_i16x8_s(pairs, high), LOW_BITS)), BOX_BITS);
}

/** Returns eight weighted sums of a box's middle and its ends. */
// @ts-ignore: decorator
@inline
function weighEight(middle: v128, ends: v128, low: v128, high: v128): v128 {
  return i16x8.narrow_i32x4_s(
    weigh(i16x8.shuffle(middle, ends, 0, 8, 1, 9, 2, 10, 3, 11), low, high),
    weigh(i16x8.shuffle(middle, ends, 4, 12, 5, 13, 6, 14, 7, 15), low, high),
  );
}

// @ts-ignore: decorator
@inline
function addLow(a: v128, b: v128): v128 {
  return i16x8.add(i16x8.extend_low_i8x16_u(a), i16x8.extend_low_i8x16_u(b));
}

// @ts-ignore: decorator
@inline
function addHigh(a: v128, b: v128): v128 {
  return i16x8.add(i16x8.extend_high_i8x16_u(a), i16x8.extend_high_i8x16_u(b));
}

/**
 * Applies one box blur of radius 0 or 1 over `length` bytes, or up to 15 more. The five input lines may be one line,
 * displaced.
 */
// @ts-ignore: decorator
@inline
function blurLine(
  before: usize,
  left: usize,
  middle: usize,
  right: usize,
  after: usize,
  length: usize,
  radius: i32,
  low: v128,
  high: v128,
  out: usize,
): void {
  for (let x: usize = 0; x < length; x += 16) {
    const here = v128.load(middle + x);
    let sumLow = i16x8.extend_low_i8x16_u(here);
    let sumHigh = i16x8.extend_high_i8x16_u(here);
    const besideLeft = v128.load(left + x);
    const besideRight = v128.load(right + x);
    let endsLow = addLow(besideLeft, besideRight);
    let endsHigh = addHigh(besideLeft, besideRight);
    if (radius) {
      sumLow = i16x8.add(sumLow, endsLow);
      sumHigh = i16x8.add(sumHigh, endsHigh);
      const first = v128.load(before + x);
      const last = v128.load(after + x);
      endsLow = addLow(first, last);
      endsHigh = addHigh(first, last);
    }
    const blurred = i8x16.narrow_i16x8_u(
      weighEight(sumLow, endsLow, low, high),
      weighEight(sumHigh, endsHigh, low, high),
    );
    v128.store(out + x, blurred);
  }
}

/** Applies one blur along a line with two spare bytes at both ends, which are filled with the line's end values. */
// @ts-ignore: decorator
@inline
function blurAlong(line: usize, length: usize, radius: i32, low: v128, high: v128, out: usize): void {
  store<u16>(line - 2, <u16>load<u8>(line) * 0x101);
  store<u16>(line + length, <u16>load<u8>(line + length - 1) * 0x101);
  blurLine(line - 2, line - 1, line, line + 1, line + 2, length, radius, low, high, out);
}

/** Applies three box blurs of radius 0 or 1 along every row, from `from` to `to`; `lines` is space for two padded rows. */
export function blurRows(
  from: usize,
  to: usize,
  plane: usize,
  width: usize,
  height: i32,
  radius: i32,
  inner: i32,
  outer: i32,
  lines: usize,
): void {
  const low = pairOf(inner & 0xfff, outer & 0xfff);
  const high = pairOf(inner >> LOW_BITS, outer >> LOW_BITS);
  const first = lines + 16;
  const second = first + plane + 32;
  for (let row = 0; row < 3 * height; row++) {
    memory.copy(first, from, width);
    blurAlong(first, width, radius, low, high, second);
    blurAlong(second, width, radius, low, high, first);
    blurAlong(first, width, radius, low, high, to);
    from += plane;
    to += plane;
  }
}

/** Applies one box blur of radius 0 or 1 along columns of rows of `length` bytes, from `from` to `to`. */
export function blurColumns(
  from: usize,
  to: usize,
  length: usize,
  height: i32,
  radius: i32,
  inner: i32,
  outer: i32,
): void {
  const low = pairOf(inner & 0xfff, outer & 0xfff);
  const high = pairOf(inner >> LOW_BITS, outer >> LOW_BITS);
  const last = from + <usize>(height - 1) * length;
  for (let y = 0; y < height; y++) {
    const row = from + <usize>y * length;
    const above = max(row - length, from);
    const below = min(row + length, last);
    const before = max(above - length, from);
    const after = min(below + length, last);
    blurLine(before, above, row, below, after, length, radius, low, high, to);
    to += length;
  }
}
