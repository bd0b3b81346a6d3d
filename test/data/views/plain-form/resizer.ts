import type { Image } from '../../../../src/data/image';
import { AxisFilter, WEIGHT_BITS } from './axis-filter';

/** A rectangle of an image, in pixels. */
export interface CropBox {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/** What a crop is resized to, and what part of the result is wanted (default: all of it). */
export interface ResizeTarget {
  readonly height: number;
  readonly width: number;
  readonly horizontalFlip?: boolean;
  readonly verticalFlip?: boolean;
  readonly window?: CropBox;
}

const HALF = 1 << (WEIGHT_BITS - 1);

/** RGB rows within a larger array: the first byte, and the bytes from one row to the next. */
interface Rows {
  readonly data: Uint8Array;
  readonly from: number;
  readonly stride: number;
}

/**
 * Crops, resizes with antialiased linear interpolation, and flips. Bit-equal to cropping with Pillow 13, then
 * `resize(..., BILINEAR)`, then mirroring. (Pillow before 13 always works along rows first: up to one level apart.)
 */
export class Resizer {
  readonly #across = new AxisFilter();
  readonly #down = new AxisFilter();
  #middle = new Uint8Array(0);

  /** Writes RGB bytes `[target height, target width, 3]` (or the window's size) to the front of `out`. */
  resize(image: Image, crop: CropBox, target: ResizeTarget, out: Uint8Array): void {
    const { height, width } = target;
    const window = target.window ?? { top: 0, left: 0, height, width };
    this.#across.prepare({
      inSize: crop.width,
      outSize: width,
      first: window.left,
      count: window.width,
      mirrored: target.horizontalFlip === true,
    });
    this.#down.prepare({
      inSize: crop.height,
      outSize: height,
      first: window.top,
      count: window.height,
      mirrored: target.verticalFlip === true,
    });
    const stride = image.width * 3;
    const source = { data: image.data, from: crop.top * stride + crop.left * 3, stride };
    // The two passes round to bytes in between, so their order shows in the result.
    const shrunk = crop.height - height;
    if (shrunk > 0 && shrunk > 2 * (crop.width - width)) {
      const middle = this.#rows(window.height, crop.width);
      filterColumns(source, crop.width * 3, this.#down, window.height, middle.data);
      filterRows(middle, window.height, this.#across, window.width, out);
    } else {
      const middle = this.#rows(crop.height, window.width);
      filterRows(source, crop.height, this.#across, window.width, middle.data);
      filterColumns(middle, window.width * 3, this.#down, window.height, out);
    }
  }

  #rows(height: number, width: number): Rows {
    const length = height * width * 3;
    if (this.#middle.length < length) this.#middle = new Uint8Array(length);
    return { data: this.#middle, from: 0, stride: width * 3 };
  }
}

/** Filters along `height` rows to `width` pixels each. */
function filterRows(
  { data, from, stride }: Rows,
  height: number,
  filter: AxisFilter,
  width: number,
  out: Uint8Array,
): void {
  for (let y = 0; y < height; y++) {
    const start = from + y * stride;
    const to = y * width * 3;
    if (filter.taps === 2) filterRowOfTwo(data, start, filter, width, out, to);
    else filterRow(data, start, filter, width, out, to);
  }
}

function filterRow(
  data: Uint8Array,
  from: number,
  { starts, weights, taps }: AxisFilter,
  width: number,
  out: Uint8Array,
  to: number,
): void {
  let tap = 0;
  for (let x = 0; x < width; x++) {
    let at = from + (starts[x] ?? 0) * 3;
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    for (const end = tap + taps; tap < end; tap++) {
      const weight = weights[tap] ?? 0;
      red = (red + Math.imul(data[at] ?? 0, weight)) | 0;
      green = (green + Math.imul(data[at + 1] ?? 0, weight)) | 0;
      blue = (blue + Math.imul(data[at + 2] ?? 0, weight)) | 0;
      at += 3;
    }
    const target = to + x * 3;
    out[target] = red >> WEIGHT_BITS;
    out[target + 1] = green >> WEIGHT_BITS;
    out[target + 2] = blue >> WEIGHT_BITS;
  }
}

/** `filterRow` for enlargements, where every window holds two pixels. */
function filterRowOfTwo(
  data: Uint8Array,
  from: number,
  { starts, weights }: AxisFilter,
  width: number,
  out: Uint8Array,
  to: number,
): void {
  for (let x = 0; x < width; x++) {
    const at = from + (starts[x] ?? 0) * 3;
    const first = weights[2 * x] ?? 0;
    const second = weights[2 * x + 1] ?? 0;
    const target = to + x * 3;
    out[target] =
      (Math.imul(data[at] ?? 0, first) + Math.imul(data[at + 3] ?? 0, second) + HALF) >> WEIGHT_BITS;
    out[target + 1] =
      (Math.imul(data[at + 1] ?? 0, first) + Math.imul(data[at + 4] ?? 0, second) + HALF) >> WEIGHT_BITS;
    out[target + 2] =
      (Math.imul(data[at + 2] ?? 0, first) + Math.imul(data[at + 5] ?? 0, second) + HALF) >> WEIGHT_BITS;
  }
}

/** Filters along columns of `length` bytes side by side to `height` rows. */
function filterColumns(
  rows: Rows,
  length: number,
  { starts, weights, taps }: AxisFilter,
  height: number,
  out: Uint8Array,
): void {
  const { data, stride } = rows;
  for (let y = 0; y < height; y++) {
    const from = rows.from + (starts[y] ?? 0) * stride;
    const to = y * length;
    const tap = y * taps;
    const first = weights[tap] ?? 0;
    const second = weights[tap + 1] ?? 0;
    const third = weights[tap + 2] ?? 0;
    // Two to four rows are what shrinking by less than two needs: each count has its own fast loop.
    if (taps === 2) mixTwo(data, from, stride, length, first, second, out, to);
    else if (taps === 3) mixThree(data, from, stride, length, first, second, third, out, to);
    else if (taps === 4)
      mixFour(data, from, stride, length, first, second, third, weights[tap + 3] ?? 0, out, to);
    else mixMany(data, from, stride, length, weights.subarray(tap, tap + taps), out, to);
  }
}

function mixTwo(
  data: Uint8Array,
  from: number,
  stride: number,
  length: number,
  first: number,
  second: number,
  out: Uint8Array,
  to: number,
): void {
  const below = from + stride;
  for (let x = 0; x < length; x++) {
    const mixed = Math.imul(data[from + x] ?? 0, first) + Math.imul(data[below + x] ?? 0, second);
    out[to + x] = (mixed + HALF) >> WEIGHT_BITS;
  }
}

function mixThree(
  data: Uint8Array,
  from: number,
  stride: number,
  length: number,
  first: number,
  second: number,
  third: number,
  out: Uint8Array,
  to: number,
): void {
  const below = from + stride;
  const last = below + stride;
  for (let x = 0; x < length; x++) {
    const mixed = Math.imul(data[from + x] ?? 0, first) + Math.imul(data[below + x] ?? 0, second);
    out[to + x] = (mixed + Math.imul(data[last + x] ?? 0, third) + HALF) >> WEIGHT_BITS;
  }
}

function mixFour(
  data: Uint8Array,
  from: number,
  stride: number,
  length: number,
  first: number,
  second: number,
  third: number,
  fourth: number,
  out: Uint8Array,
  to: number,
): void {
  const at1 = from + stride;
  const at2 = at1 + stride;
  const at3 = at2 + stride;
  for (let x = 0; x < length; x++) {
    const above = Math.imul(data[from + x] ?? 0, first) + Math.imul(data[at1 + x] ?? 0, second);
    const below = Math.imul(data[at2 + x] ?? 0, third) + Math.imul(data[at3 + x] ?? 0, fourth);
    out[to + x] = (above + below + HALF) >> WEIGHT_BITS;
  }
}

function mixMany(
  data: Uint8Array,
  from: number,
  stride: number,
  length: number,
  weights: Int32Array,
  out: Uint8Array,
  to: number,
): void {
  for (let x = 0; x < length; x++) {
    let sum = HALF;
    let at = from + x;
    for (let tap = 0; tap < weights.length; tap++) {
      sum = (sum + Math.imul(data[at] ?? 0, weights[tap] ?? 0)) | 0;
      at += stride;
    }
    out[to + x] = sum >> WEIGHT_BITS;
  }
}
