/*
 * Pillow's 8-bit HSV conversion there and back, as torchvision's `adjust_hue` does it. Every formula here gives Pillow's bytes for all operands; test/data/views/kernels.test.ts checks the colours.
 */
import { bytesOf, whole } from './whole';

const INVERSE: f32 = 1.0 / 65025.0;

// @ts-ignore: decorator
@inline
function floats(numbers: v128): v128 {
  return f32x4.convert_i32x4_s(numbers);
}

/**
 * Returns the hues of four pixels, where 255 is a full turn. `place` and `gap` over `chroma` give the sixth of the
 * colour circle.
 */
// @ts-ignore: decorator
@inline
function hueOfFour(place: v128, gap: v128, chroma: v128): v128 {
  const sixths = f32x4.add(floats(place), f32x4.div(floats(gap), floats(chroma)));
  const turn = f32x4.div(sixths, f32x4.splat(6));
  const wrapped = f32x4.add(turn, v128.and(f32x4.lt(sixths, f32x4.splat(0)), f32x4.splat(1)));
  return whole(f32x4.floor(f32x4.mul(wrapped, f32x4.splat(255))));
}

/** Returns the saturations of four pixels, up to 255. */
// @ts-ignore: decorator
@inline
function saturationOfFour(chroma255: v128, largest: v128): v128 {
  return whole(f32x4.floor(f32x4.div(floats(chroma255), floats(largest))));
}

/** Returns the hues of sixteen pixels. If the largest channels tie, red takes precedence over green, and green over blue. */
// @ts-ignore: decorator
@inline
function hueOf(red: v128, green: v128, blue: v128, largest: v128, chroma: v128): v128 {
  const least = i8x16.sub(largest, chroma);
  // In wrapping bytes, the middle channel is the sum minus the other two.
  const middle = i8x16.sub(i8x16.add(i8x16.add(red, green), blue), i8x16.add(largest, least));
  const gap = i8x16.sub(largest, middle);
  const isRed = i8x16.eq(largest, red);
  const isGreen = v128.andnot(i8x16.eq(largest, green), isRed);
  const one = i8x16.splat(1);
  // By the largest and the smallest channel: sixths = 1 - m, m - 1 | 1 + m, 3 - m | 3 + m, 5 - m, with m the gap's share.
  const redFalls = i8x16.eq(blue, least);
  const redPlace = v128.bitselect(one, i8x16.splat(-1), redFalls);
  const greenFalls = v128.not(redFalls);
  const greenPlace = v128.bitselect(one, i8x16.splat(3), redFalls);
  const blueRises = i8x16.eq(red, least);
  const bluePlace = v128.bitselect(i8x16.splat(3), i8x16.splat(5), blueRises);
  const place = v128.bitselect(redPlace, v128.bitselect(greenPlace, bluePlace, isGreen), isRed);
  const falls = v128.bitselect(redFalls, v128.bitselect(greenFalls, v128.not(blueRises), isGreen), isRed);
  // Gray also gets a hue, which has no effect because its saturation is 0.
  const chromas = i8x16.max_u(chroma, one);
  const fallsLow = i16x8.extend_low_i8x16_s(falls);
  const fallsHigh = i16x8.extend_high_i8x16_s(falls);
  // Two's complement if it falls: all bits inverted, plus one.
  const gapLow = i16x8.sub(v128.xor(i16x8.extend_low_i8x16_u(gap), fallsLow), fallsLow);
  const gapHigh = i16x8.sub(v128.xor(i16x8.extend_high_i8x16_u(gap), fallsHigh), fallsHigh);
  const placeLow = i16x8.extend_low_i8x16_s(place);
  const placeHigh = i16x8.extend_high_i8x16_s(place);
  const chromaLow = i16x8.extend_low_i8x16_u(chromas);
  const chromaHigh = i16x8.extend_high_i8x16_u(chromas);
  return bytesOf(
    hueOfFour(extendLow(placeLow), extendLow(gapLow), extendLow(chromaLow)),
    hueOfFour(extendHigh(placeLow), extendHigh(gapLow), extendHigh(chromaLow)),
    hueOfFour(extendLow(placeHigh), extendLow(gapHigh), extendLow(chromaHigh)),
    hueOfFour(extendHigh(placeHigh), extendHigh(gapHigh), extendHigh(chromaHigh)),
  );
}

// @ts-ignore: decorator
@inline
function extendLow(numbers: v128): v128 {
  return i32x4.extend_low_i16x8_s(numbers);
}

// @ts-ignore: decorator
@inline
function extendHigh(numbers: v128): v128 {
  return i32x4.extend_high_i16x8_s(numbers);
}

/** Returns the saturations of sixteen pixels. */
// @ts-ignore: decorator
@inline
function saturationOf(largest: v128, chroma: v128): v128 {
  const most = i8x16.max_u(largest, i8x16.splat(1));
  const full = i16x8.splat(255);
  const low = i16x8.mul(i16x8.extend_low_i8x16_u(chroma), full);
  const high = i16x8.mul(i16x8.extend_high_i8x16_u(chroma), full);
  const mostLow = i16x8.extend_low_i8x16_u(most);
  const mostHigh = i16x8.extend_high_i8x16_u(most);
  return bytesOf(
    saturationOfFour(i32x4.extend_low_i16x8_u(low), extendLow(mostLow)),
    saturationOfFour(i32x4.extend_high_i16x8_u(low), extendHigh(mostLow)),
    saturationOfFour(i32x4.extend_low_i16x8_u(high), extendLow(mostHigh)),
    saturationOfFour(i32x4.extend_high_i16x8_u(high), extendHigh(mostHigh)),
  );
}

/** Returns the smallest channel: `value * (255 - saturation) / 255`, rounded, for eight 16-bit numbers. */
// @ts-ignore: decorator
@inline
function smallestOf(value: v128, saturation: v128): v128 {
  const product = i16x8.mul(value, i16x8.sub(i16x8.splat(255), saturation));
  const rounded = i16x8.add(product, i16x8.splat(128));
  return i16x8.shr_u(i16x8.add(rounded, i16x8.shr_u(rounded, 8)), 8);
}

/** Returns the sixth of the colour circle that a hue is in, from 0 to 6, for eight 16-bit numbers. */
// @ts-ignore: decorator
@inline
function sixthOf(hue6: v128): v128 {
  return i16x8.shr_u(i16x8.add(i16x8.add(hue6, i16x8.shr_u(hue6, 8)), i16x8.splat(1)), 8);
}

/** Divides four integers by 65025, rounded. */
// @ts-ignore: decorator
@inline
function quotient(numbers: v128): v128 {
  return whole(f32x4.nearest(f32x4.mul(floats(numbers), f32x4.splat(INVERSE))));
}

/** Returns the middle channel: `value * (1 - saturation / 255 * lack / 255)`, rounded, for eight 16-bit numbers. */
// @ts-ignore: decorator
@inline
function middleOf(value: v128, saturation: v128, hue6: v128, sixth: v128): v128 {
  const rest = i16x8.sub(hue6, i16x8.mul(sixth, i16x8.splat(255)));
  // The channel falls in odd sixths and rises in even ones.
  const odd = i16x8.shr_s(i16x8.shl(sixth, 15), 15);
  const lack = v128.bitselect(rest, i16x8.sub(i16x8.splat(255), rest), odd);
  const share = i16x8.sub(i16x8.splat(<i16>65025), i16x8.mul(saturation, lack));
  return i16x8.narrow_i32x4_s(
    quotient(i32x4.extmul_low_i16x8_u(value, share)),
    quotient(i32x4.extmul_high_i16x8_u(value, share)),
  );
}

/** Returns a channel of sixteen pixels: the largest, the middle or the smallest, by masks for each sixth. */
// @ts-ignore: decorator
@inline
function channel(
  largest: v128,
  middle: v128,
  smallest: v128,
  sixth: v128,
  largestIn: v128,
  middleIn: v128,
): v128 {
  const isMiddle = i8x16.swizzle(middleIn, sixth);
  const isLargest = i8x16.swizzle(largestIn, sixth);
  return v128.bitselect(largest, v128.bitselect(middle, smallest, isMiddle), isLargest);
}

/** Adds `shift` to the hue of each pixel in place; 255 is a full turn. */
export function turnHue(pixels: usize, plane: usize, height: i32, shift: i32): void {
  const shifts = i8x16.splat(<i8>shift);
  const six = i16x8.splat(6);
  for (let y = 0; y < height; y++) {
    for (const end = pixels + plane; pixels < end; pixels += 16) {
      const red = v128.load(pixels);
      const green = v128.load(pixels + plane);
      const blue = v128.load(pixels + 2 * plane);
      const largest = i8x16.max_u(i8x16.max_u(red, green), blue);
      const chroma = i8x16.sub(largest, i8x16.min_u(i8x16.min_u(red, green), blue));
      const saturation = saturationOf(largest, chroma);
      const hue = i8x16.add(hueOf(red, green, blue, largest, chroma), shifts);
      const hueLow = i16x8.mul(i16x8.extend_low_i8x16_u(hue), six);
      const hueHigh = i16x8.mul(i16x8.extend_high_i8x16_u(hue), six);
      const sixthLow = sixthOf(hueLow);
      const sixthHigh = sixthOf(hueHigh);
      const valueLow = i16x8.extend_low_i8x16_u(largest);
      const valueHigh = i16x8.extend_high_i8x16_u(largest);
      const saturationLow = i16x8.extend_low_i8x16_u(saturation);
      const saturationHigh = i16x8.extend_high_i8x16_u(saturation);
      const smallest = i8x16.narrow_i16x8_u(
        smallestOf(valueLow, saturationLow),
        smallestOf(valueHigh, saturationHigh),
      );
      const middle = i8x16.narrow_i16x8_u(
        middleOf(valueLow, saturationLow, hueLow, sixthLow),
        middleOf(valueHigh, saturationHigh, hueHigh, sixthHigh),
      );
      const sixth = i8x16.narrow_i16x8_u(sixthLow, sixthHigh);
      const inRed = i8x16(-1, 0, 0, 0, 0, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      const midRed = i8x16(0, -1, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      const inGreen = i8x16(0, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      const midGreen = i8x16(-1, 0, 0, -1, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      const inBlue = i8x16(0, 0, 0, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      const midBlue = i8x16(0, 0, -1, 0, 0, -1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
      v128.store(pixels, channel(largest, middle, smallest, sixth, inRed, midRed));
      v128.store(pixels + plane, channel(largest, middle, smallest, sixth, inGreen, midGreen));
      v128.store(pixels + 2 * plane, channel(largest, middle, smallest, sixth, inBlue, midBlue));
    }
    pixels += 2 * plane;
  }
}
