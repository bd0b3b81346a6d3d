/*
 * The inverse cosine transform of Loeffler, Ligtenberg and Moschytz ("Practical fast 1-D DCT algorithms with 11
 * multiplications", ICASSP 1989) in whole numbers, with the precision and roundings of libjpeg's "islow".
 */

/** Fraction bits of the factors, and those that stay between the two passes. */
const BITS: i32 = 13;
const BETWEEN: i32 = 2;
const FIRST_SHIFT: i32 = BITS - BETWEEN;
const LAST_SHIFT: i32 = BITS + BETWEEN + 3;

// Factors times 2^13.
const F0298: i16 = 2446;
const F0390: i16 = 3196;
const F0541: i16 = 4433;
const F0765: i16 = 6270;
const F0899: i16 = 7373;
const F1175: i16 = 9633;
const F1501: i16 = 12299;
const F1847: i16 = 15137;
const F1961: i16 = 16069;
const F2053: i16 = 16819;
const F2562: i16 = 20995;
const F3072: i16 = 25172;

// @ts-ignore: decorator
@inline
function low(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function high(a: v128, b: v128): v128 {
  return i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** `first * a + second * b` of pairs (a, b). */
// @ts-ignore: decorator
@inline
function sum(pairs: v128, first: i16, second: i16): v128 {
  return i32x4.dot_i16x8_s(pairs, i32x4.splat(((<i32>first) & 0xffff) | ((<i32>second) << 16)));
}

/**
 * One pass over half of the lanes: pairs of inputs 2 and 6, 7 and 1, 5 and 3, and of the sums 7 + 3 and 5 + 1; inputs 0
 * and 4 added and subtracted. Writes eight rows of whole numbers, 32 bytes apart.
 */
// @ts-ignore: decorator
@inline
function half(
  in26: v128,
  in71: v128,
  in53: v128,
  sums: v128,
  added: v128,
  subtracted: v128,
  shift: i32,
  to: usize,
): void {
  const rounding = i32x4.splat(1 << (shift - 1));
  const even0 = i32x4.add(i32x4.shl(added, BITS), rounding);
  const even1 = i32x4.add(i32x4.shl(subtracted, BITS), rounding);
  const even3 = sum(in26, F0541 + F0765, F0541);
  const even2 = sum(in26, F0541, F0541 - F1847);
  const part10 = i32x4.add(even0, even3);
  const part13 = i32x4.sub(even0, even3);
  const part11 = i32x4.add(even1, even2);
  const part12 = i32x4.sub(even1, even2);
  const z3 = sum(sums, F1175 - F1961, F1175);
  const z4 = sum(sums, F1175, F1175 - F0390);
  const odd0 = i32x4.add(sum(in71, F0298 - F0899, -F0899), z3);
  const odd3 = i32x4.add(sum(in71, -F0899, F1501 - F0899), z4);
  const odd1 = i32x4.add(sum(in53, F2053 - F2562, -F2562), z4);
  const odd2 = i32x4.add(sum(in53, -F2562, F3072 - F2562), z3);
  v128.store(to, i32x4.shr_s(i32x4.add(part10, odd3), shift));
  v128.store(to, i32x4.shr_s(i32x4.add(part11, odd2), shift), 32);
  v128.store(to, i32x4.shr_s(i32x4.add(part12, odd1), shift), 64);
  v128.store(to, i32x4.shr_s(i32x4.add(part13, odd0), shift), 96);
  v128.store(to, i32x4.shr_s(i32x4.sub(part13, odd0), shift), 128);
  v128.store(to, i32x4.shr_s(i32x4.sub(part12, odd1), shift), 160);
  v128.store(to, i32x4.shr_s(i32x4.sub(part11, odd2), shift), 192);
  v128.store(to, i32x4.shr_s(i32x4.sub(part10, odd3), shift), 224);
}

/** One pass along columns of eight rows; writes eight rows of whole numbers, 32 bytes each. */
// @ts-ignore: decorator
@inline
function pass(
  r0: v128,
  r1: v128,
  r2: v128,
  r3: v128,
  r4: v128,
  r5: v128,
  r6: v128,
  r7: v128,
  shift: i32,
  to: usize,
): void {
  const added = i16x8.add(r0, r4);
  const subtracted = i16x8.sub(r0, r4);
  const z3 = i16x8.add(r7, r3);
  const z4 = i16x8.add(r5, r1);
  const addedLow = i32x4.extend_low_i16x8_s(added);
  const subtractedLow = i32x4.extend_low_i16x8_s(subtracted);
  half(low(r2, r6), low(r7, r1), low(r5, r3), low(z3, z4), addedLow, subtractedLow, shift, to);
  const addedHigh = i32x4.extend_high_i16x8_s(added);
  const subtractedHigh = i32x4.extend_high_i16x8_s(subtracted);
  half(high(r2, r6), high(r7, r1), high(r5, r3), high(z3, z4), addedHigh, subtractedHigh, shift, to + 16);
}

/** A row that a pass has written, in 16 bits. */
// @ts-ignore: decorator
@inline
function row(work: usize, index: usize): v128 {
  const at = work + index * 32;
  return i16x8.narrow_i32x4_s(v128.load(at), v128.load(at, 16));
}

/**
 * Pixels of a block of coefficients times `steps`, 64 numbers of 16 bits each, as eight rows of eight bytes, `stride`
 * bytes apart. `work` is room for 256 bytes. The coefficients are set to 0.
 */
export function inverseTransform(block: usize, steps: usize, work: usize, to: usize, stride: usize): void {
  pass(
    i16x8.mul(v128.load(block), v128.load(steps)),
    i16x8.mul(v128.load(block, 16), v128.load(steps, 16)),
    i16x8.mul(v128.load(block, 32), v128.load(steps, 32)),
    i16x8.mul(v128.load(block, 48), v128.load(steps, 48)),
    i16x8.mul(v128.load(block, 64), v128.load(steps, 64)),
    i16x8.mul(v128.load(block, 80), v128.load(steps, 80)),
    i16x8.mul(v128.load(block, 96), v128.load(steps, 96)),
    i16x8.mul(v128.load(block, 112), v128.load(steps, 112)),
    FIRST_SHIFT,
    work,
  );
  memory.fill(block, 0, 128);
  // Rows become columns: 2 x 2 in 16 bits, then in 32, then in 64.
  const a0 = low(row(work, 0), row(work, 1));
  const a1 = low(row(work, 2), row(work, 3));
  const a2 = low(row(work, 4), row(work, 5));
  const a3 = low(row(work, 6), row(work, 7));
  const b0 = high(row(work, 0), row(work, 1));
  const b1 = high(row(work, 2), row(work, 3));
  const b2 = high(row(work, 4), row(work, 5));
  const b3 = high(row(work, 6), row(work, 7));
  const c0 = i32x4.shuffle(a0, a1, 0, 4, 1, 5);
  const c1 = i32x4.shuffle(a0, a1, 2, 6, 3, 7);
  const c2 = i32x4.shuffle(a2, a3, 0, 4, 1, 5);
  const c3 = i32x4.shuffle(a2, a3, 2, 6, 3, 7);
  const d0 = i32x4.shuffle(b0, b1, 0, 4, 1, 5);
  const d1 = i32x4.shuffle(b0, b1, 2, 6, 3, 7);
  const d2 = i32x4.shuffle(b2, b3, 0, 4, 1, 5);
  const d3 = i32x4.shuffle(b2, b3, 2, 6, 3, 7);
  pass(
    i64x2.shuffle(c0, c2, 0, 2),
    i64x2.shuffle(c0, c2, 1, 3),
    i64x2.shuffle(c1, c3, 0, 2),
    i64x2.shuffle(c1, c3, 1, 3),
    i64x2.shuffle(d0, d2, 0, 2),
    i64x2.shuffle(d0, d2, 1, 3),
    i64x2.shuffle(d1, d3, 0, 2),
    i64x2.shuffle(d1, d3, 1, 3),
    LAST_SHIFT,
    work,
  );
  storePixels(work, to, stride);
}

/** Cuts eight columns to bytes about 128, and stores them as rows. */
// @ts-ignore: decorator
@inline
function storePixels(work: usize, to: usize, stride: usize): void {
  const middle = i8x16.splat(-128);
  const a = v128.xor(i8x16.narrow_i16x8_s(row(work, 0), row(work, 1)), middle);
  const b = v128.xor(i8x16.narrow_i16x8_s(row(work, 2), row(work, 3)), middle);
  const c = v128.xor(i8x16.narrow_i16x8_s(row(work, 4), row(work, 5)), middle);
  const d = v128.xor(i8x16.narrow_i16x8_s(row(work, 6), row(work, 7)), middle);
  // Two columns each become pairs, then the pairs fours, then eights: a row.
  const order = i8x16(0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  const ab = i8x16.swizzle(a, order);
  const cb = i8x16.swizzle(b, order);
  const cc = i8x16.swizzle(c, order);
  const cd = i8x16.swizzle(d, order);
  const e = low(ab, cb);
  const f = high(ab, cb);
  const g = low(cc, cd);
  const h = high(cc, cd);
  storeTwo(i32x4.shuffle(e, g, 0, 4, 1, 5), to, stride);
  storeTwo(i32x4.shuffle(e, g, 2, 6, 3, 7), to + 2 * stride, stride);
  storeTwo(i32x4.shuffle(f, h, 0, 4, 1, 5), to + 4 * stride, stride);
  storeTwo(i32x4.shuffle(f, h, 2, 6, 3, 7), to + 6 * stride, stride);
}

// @ts-ignore: decorator
@inline
function storeTwo(rows: v128, to: usize, stride: usize): void {
  v128.store64_lane(to, rows, 0);
  v128.store64_lane(to + stride, rows, 1);
}

/** `inverseTransform` of a block that has a first coefficient only: one level all over. */
export function flatTransform(first: i32, to: usize, stride: usize): void {
  const level = min(max(((first + 4) >> 3) + 128, 0), 255);
  const bytes = <u64>level * 0x0101010101010101;
  for (let y = 0; y < 8; y++) {
    store<u64>(to, bytes);
    to += stride;
  }
}
