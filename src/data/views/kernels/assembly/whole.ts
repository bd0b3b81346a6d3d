/** 1.5 * 2^23: added to an integer in float32, it leaves that integer in the lowest bits. */
const SHIFT: f32 = 12582912;

/** Converts four integral floats to integers. Cheaper than WebAssembly's conversion, which must handle NaN. */
// @ts-ignore: decorator
@inline
export function whole(values: v128): v128 {
  const shift = f32x4.splat(SHIFT);
  return i32x4.sub(f32x4.add(values, shift), shift);
}

/** Packs sixteen 32-bit integers into bytes, with clipping. */
// @ts-ignore: decorator
@inline
export function bytesOf(first: v128, second: v128, third: v128, fourth: v128): v128 {
  return i8x16.narrow_i16x8_u(i16x8.narrow_i32x4_s(first, second), i16x8.narrow_i32x4_s(third, fourth));
}
