const ROUNDING: i32 = 0x8000;
const BITS: i32 = 16;

/** Returns the luma of four pixels from their 16-bit interleaved red and green, and green and blue. */
// @ts-ignore: decorator
@inline
function lumaOfFour(redGreen: v128, greenBlue: v128): v128 {
  // ITU-R 601-2: 19595, 38470 and 7471. Green's weight has more than 15 bits, so it is split over both pairs.
  const first = i32x4.dot_i16x8_s(redGreen, i16x8(19595, 19235, 19595, 19235, 19595, 19235, 19595, 19235));
  const second = i32x4.dot_i16x8_s(greenBlue, i16x8(19235, 7471, 19235, 7471, 19235, 7471, 19235, 7471));
  return i32x4.shr_u(i32x4.add(i32x4.add(first, second), i32x4.splat(ROUNDING)), BITS);
}

/** Returns the luma bytes of 16 pixels. */
// @ts-ignore: decorator
@inline
export function lumaOf(red: v128, green: v128, blue: v128): v128 {
  const redGreen = i8x16.shuffle(red, green, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const greenBlue = i8x16.shuffle(green, blue, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const redGreenLast = i8x16.shuffle(
    red,
    green,
    8,
    24,
    9,
    25,
    10,
    26,
    11,
    27,
    12,
    28,
    13,
    29,
    14,
    30,
    15,
    31,
  );
  const greenBlueLast = i8x16.shuffle(
    green,
    blue,
    8,
    24,
    9,
    25,
    10,
    26,
    11,
    27,
    12,
    28,
    13,
    29,
    14,
    30,
    15,
    31,
  );
  const first = i16x8.narrow_i32x4_s(
    lumaOfFour(i16x8.extend_low_i8x16_u(redGreen), i16x8.extend_low_i8x16_u(greenBlue)),
    lumaOfFour(i16x8.extend_high_i8x16_u(redGreen), i16x8.extend_high_i8x16_u(greenBlue)),
  );
  const last = i16x8.narrow_i32x4_s(
    lumaOfFour(i16x8.extend_low_i8x16_u(redGreenLast), i16x8.extend_low_i8x16_u(greenBlueLast)),
    lumaOfFour(i16x8.extend_high_i8x16_u(redGreenLast), i16x8.extend_high_i8x16_u(greenBlueLast)),
  );
  return i8x16.narrow_i16x8_u(first, last);
}

/** Replaces each pixel by its luma, in place. */
export function grayscale(pixels: usize, plane: usize, height: i32): void {
  for (let y = 0; y < height; y++) {
    for (const end = pixels + plane; pixels < end; pixels += 16) {
      const gray = lumaOf(v128.load(pixels), v128.load(pixels + plane), v128.load(pixels + 2 * plane));
      v128.store(pixels, gray);
      v128.store(pixels + plane, gray);
      v128.store(pixels + 2 * plane, gray);
    }
    pixels += 2 * plane;
  }
}

/** Returns the sum of the luma of all pixels. */
export function sumLuma(pixels: usize, plane: usize, width: i32, height: i32): f64 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  let sum: u64 = 0;
  for (let y = 0; y < height; y++) {
    let rowSum = i32x4.splat(0);
    for (let x = 0; x < width; x += 16) {
      const at = pixels + x;
      const gray = lumaOf(v128.load(at), v128.load(at + plane), v128.load(at + 2 * plane));
      // Bytes after the row's end do not count.
      const counted = i8x16.lt_u(places, i8x16.splat(<i8>min(width - x, 16)));
      const sums = i16x8.extadd_pairwise_i8x16_u(v128.and(gray, counted));
      rowSum = i32x4.add(rowSum, i32x4.extadd_pairwise_i16x8_u(sums));
    }
    const pairs = i64x2.add(i64x2.extend_low_i32x4_u(rowSum), i64x2.extend_high_i32x4_u(rowSum));
    sum += i64x2.extract_lane(pairs, 0) + i64x2.extract_lane(pairs, 1);
    pixels += 3 * plane;
  }
  return <f64>sum;
}
