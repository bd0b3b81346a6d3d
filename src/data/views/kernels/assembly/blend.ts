import { lumaOf } from './luma';
import { whole } from './whole';

/** Returns `gray + factor * difference` in float32 for four whole numbers each, truncated. */
// @ts-ignore: decorator
@inline
function blendFour(gray: v128, difference: v128, factor: v128): v128 {
  const change = f32x4.mul(factor, f32x4.convert_i32x4_s(difference));
  return whole(f32x4.floor(f32x4.add(f32x4.convert_i32x4_s(gray), change)));
}

/** Blends eight values away from their grays; all are 16-bit integers. */
// @ts-ignore: decorator
@inline
function blendEight(gray: v128, values: v128, factor: v128): v128 {
  const difference = i16x8.sub(values, gray);
  return i16x8.narrow_i32x4_s(
    blendFour(i32x4.extend_low_i16x8_s(gray), i32x4.extend_low_i16x8_s(difference), factor),
    blendFour(i32x4.extend_high_i16x8_s(gray), i32x4.extend_high_i16x8_s(difference), factor),
  );
}

/** Blends sixteen bytes away from their grays, clipped to bytes. */
// @ts-ignore: decorator
@inline
function blendBytes(grayLow: v128, grayHigh: v128, values: v128, factor: v128): v128 {
  return i8x16.narrow_i16x8_u(
    blendEight(grayLow, i16x8.extend_low_i8x16_u(values), factor),
    blendEight(grayHigh, i16x8.extend_high_i8x16_u(values), factor),
  );
}

/** Blends `length` bytes away from one gray level, in place. */
export function blend(pixels: usize, length: usize, level: i32, factor: f32): void {
  const gray = i16x8.splat(<i16>level);
  const factors = f32x4.splat(factor);
  for (const end = pixels + length; pixels < end; pixels += 16) {
    v128.store(pixels, blendBytes(gray, gray, v128.load(pixels), factors));
  }
}

/** Blends each pixel away from its own luma, in place. */
export function saturate(pixels: usize, plane: usize, height: i32, factor: f32): void {
  const factors = f32x4.splat(factor);
  for (let y = 0; y < height; y++) {
    for (const end = pixels + plane; pixels < end; pixels += 16) {
      const red = v128.load(pixels);
      const green = v128.load(pixels + plane);
      const blue = v128.load(pixels + 2 * plane);
      const gray = lumaOf(red, green, blue);
      const low = i16x8.extend_low_i8x16_u(gray);
      const high = i16x8.extend_high_i8x16_u(gray);
      v128.store(pixels, blendBytes(low, high, red, factors));
      v128.store(pixels + plane, blendBytes(low, high, green, factors));
      v128.store(pixels + 2 * plane, blendBytes(low, high, blue, factors));
    }
    pixels += 2 * plane;
  }
}
