/** Four whole numbers, from 16-bit pairs and factors in 16-bit fixed point, rounded. */
// @ts-ignore: decorator
@inline
function weigh(pairs: v128, first: i16, second: i16): v128 {
  const factors = i32x4.splat(((<i32>first) & 0xffff) | ((<i32>second) << 16));
  return i32x4.shr_s(i32x4.add(i32x4.dot_i16x8_s(pairs, factors), i32x4.splat(0x8000)), 16);
}

/** Eight whole numbers of 16 bits: `first` times a and `second` times b. */
// @ts-ignore: decorator
@inline
function weighEight(a: v128, b: v128, first: i16, second: i16): v128 {
  return i16x8.narrow_i32x4_s(
    weigh(i16x8.shuffle(a, b, 0, 8, 1, 9, 2, 10, 3, 11), first, second),
    weigh(i16x8.shuffle(a, b, 4, 12, 5, 13, 6, 14, 7, 15), first, second),
  );
}

// JFIF's factors times 2^16, less the whole numbers that 16 bits cannot hold: 1.402, 1.772, 0.71414 and 0.34414.

// @ts-ignore: decorator
@inline
function redOf(luma: v128, cr: v128): v128 {
  return i16x8.add(i16x8.add(luma, cr), weighEight(cr, cr, 26345, 0));
}

// @ts-ignore: decorator
@inline
function greenOf(luma: v128, cb: v128, cr: v128): v128 {
  return i16x8.add(i16x8.sub(luma, cr), weighEight(cr, cb, 18734, -22554));
}

// @ts-ignore: decorator
@inline
function blueOf(luma: v128, cb: v128): v128 {
  return i16x8.add(i16x8.add(luma, i16x8.add(cb, cb)), weighEight(cb, cb, -14942, 0));
}

/** Sixteen bytes, each of one of three vectors, at given places; -1 where it comes from another. */
// @ts-ignore: decorator
@inline
function pick(red: v128, green: v128, blue: v128, reds: v128, greens: v128, blues: v128): v128 {
  return v128.or(v128.or(i8x16.swizzle(red, reds), i8x16.swizzle(green, greens)), i8x16.swizzle(blue, blues));
}

/** Sixteen RGB pixels from their luma and colour differences, the latter eight each as 16-bit numbers from 0 to 255. */
// @ts-ignore: decorator
@inline
function storeRgb(luma: v128, cbLow: v128, cbHigh: v128, crLow: v128, crHigh: v128, to: usize): void {
  const middle = i16x8.splat(128);
  const lumaLow = i16x8.extend_low_i8x16_u(luma);
  const lumaHigh = i16x8.extend_high_i8x16_u(luma);
  const cb0 = i16x8.sub(cbLow, middle);
  const cb1 = i16x8.sub(cbHigh, middle);
  const cr0 = i16x8.sub(crLow, middle);
  const cr1 = i16x8.sub(crHigh, middle);
  const red = i8x16.narrow_i16x8_u(redOf(lumaLow, cr0), redOf(lumaHigh, cr1));
  const green = i8x16.narrow_i16x8_u(greenOf(lumaLow, cb0, cr0), greenOf(lumaHigh, cb1, cr1));
  const blue = i8x16.narrow_i16x8_u(blueOf(lumaLow, cb0), blueOf(lumaHigh, cb1));
  const red0 = i8x16(0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5);
  const green0 = i8x16(-1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1);
  const blue0 = i8x16(-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1);
  const red1 = i8x16(-1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10, -1);
  const green1 = i8x16(5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10);
  const blue1 = i8x16(-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1);
  const red2 = i8x16(-1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1, -1);
  const green2 = i8x16(-1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1);
  const blue2 = i8x16(10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15);
  v128.store(to, pick(red, green, blue, red0, green0, blue0));
  v128.store(to, pick(red, green, blue, red1, green1, blue1), 16);
  v128.store(to, pick(red, green, blue, red2, green2, blue2), 32);
}

/** RGB pixels of rows whose colour differences have a value for each pixel. */
export function convertFull(
  luma: usize,
  cb: usize,
  cr: usize,
  stride: usize,
  width: usize,
  height: i32,
  to: usize,
): void {
  for (let y = 0; y < height; y++) {
    for (let x: usize = 0; x < width; x += 16) {
      const blue = v128.load(cb + x);
      const red = v128.load(cr + x);
      const blueLow = i16x8.extend_low_i8x16_u(blue);
      const redLow = i16x8.extend_low_i8x16_u(red);
      const blueHigh = i16x8.extend_high_i8x16_u(blue);
      const redHigh = i16x8.extend_high_i8x16_u(red);
      storeRgb(v128.load(luma + x), blueLow, blueHigh, redLow, redHigh, to + x * 3);
    }
    luma += stride;
    cb += stride;
    cr += stride;
    to += width * 3;
  }
}

/** Three times one row and once another, as 16-bit numbers from `to` on, whose ends are repeated once. */
// @ts-ignore: decorator
@inline
function mixRows(near: usize, far: usize, count: usize, to: usize): void {
  const three = i16x8.splat(3);
  for (let x: usize = 0; x < count; x += 8) {
    const mixed = i16x8.add(i16x8.mul(v128.load8x8_u(near + x), three), v128.load8x8_u(far + x));
    v128.store(to + 2 * x, mixed);
  }
  store<u16>(to - 2, load<u16>(to));
  store<u16>(to + 2 * count, load<u16>(to + 2 * count - 2));
}

/** Eight mixed values, each with a quarter of its neighbour. */
// @ts-ignore: decorator
@inline
function mixNeighbours(here: v128, beside: v128, rounding: i16): v128 {
  const mixed = i16x8.add(i16x8.mul(here, i16x8.splat(3)), i16x8.add(beside, i16x8.splat(rounding)));
  return i16x8.shr_u(mixed, 4);
}

/**
 * RGB pixels of rows whose colour differences have one value for two by two pixels: in between they are interpolated, as
 * by libjpeg's "fancy" upsampling. `lines` is room for two rows of 16-bit numbers.
 */
export function convertHalved(
  luma: usize,
  lumaStride: usize,
  cb: usize,
  cr: usize,
  stride: usize,
  width: usize,
  height: i32,
  lines: usize,
  to: usize,
): void {
  const count = (width + 1) >> 1;
  const last = (height - 1) >> 1;
  const blues = lines + 16;
  const reds = blues + 2 * stride + 48;
  for (let y = 0; y < height; y++) {
    const near = y >> 1;
    const far = y & 1 ? min(near + 1, last) : max(near - 1, 0);
    mixRows(cb + <usize>near * stride, cb + <usize>far * stride, count, blues);
    mixRows(cr + <usize>near * stride, cr + <usize>far * stride, count, reds);
    for (let x: usize = 0; x < width; x += 16) {
      const blue = v128.load(blues + x);
      const red = v128.load(reds + x);
      const blueEven = mixNeighbours(blue, v128.load(blues + x - 2), 8);
      const redEven = mixNeighbours(red, v128.load(reds + x - 2), 8);
      const blueOdd = mixNeighbours(blue, v128.load(blues + x + 2), 7);
      const redOdd = mixNeighbours(red, v128.load(reds + x + 2), 7);
      storeRgb(
        v128.load(luma + x),
        i16x8.shuffle(blueEven, blueOdd, 0, 8, 1, 9, 2, 10, 3, 11),
        i16x8.shuffle(blueEven, blueOdd, 4, 12, 5, 13, 6, 14, 7, 15),
        i16x8.shuffle(redEven, redOdd, 0, 8, 1, 9, 2, 10, 3, 11),
        i16x8.shuffle(redEven, redOdd, 4, 12, 5, 13, 6, 14, 7, 15),
        to + x * 3,
      );
    }
    luma += lumaStride;
    to += width * 3;
  }
}
