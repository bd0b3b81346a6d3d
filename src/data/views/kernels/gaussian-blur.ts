/** Box blurs that stand for one Gaussian blur. */
const PASSES = 3;
const ONE = 1 << 24;
const HALF = 1 << 23;

/** A box filter with soft ends: `2 * radius + 1` pixels weigh `inner`, one more on each side weighs `outer`. */
interface Box {
  readonly radius: number;
  /** Of 2^24. */
  readonly inner: number;
  readonly outer: number;
}

/** The box that, applied three times, has the Gaussian's variance (Gwosdek et al., 2011); float32 as in Pillow. */
function boxOf(sigma: number): Box {
  const f = Math.fround;
  const narrow = f(sigma);
  const variance = f(f(narrow * narrow) / PASSES);
  const length = f(Math.sqrt(12 * variance + 1));
  const whole = Math.floor((length - 1) / 2);
  const numerator = f((2 * whole + 1) * f(whole * (whole + 1) - f(3 * variance)));
  const part = f(numerator / f(6 * f(variance - (whole + 1) * (whole + 1))));
  const exact = f(whole + part);
  const radius = Math.trunc(exact);
  const inner = Math.trunc(f(ONE / f(f(exact * 2) + 1)));
  return { radius, inner, outer: Math.floor((ONE - (radius * 2 + 1) * inner) / 2) };
}

/**
 * Blurs RGB images of one size. Edge pixels count as if repeated outwards. Bit-equal to Pillow's `GaussianBlur(sigma)`:
 * three box blurs along rows, then three along columns, each rounded to bytes.
 */
export class GaussianBlur {
  readonly #width: number;
  readonly #height: number;
  readonly #other: Uint8Array;
  #lines: readonly [Uint8Array, Uint8Array] = [new Uint8Array(0), new Uint8Array(0)];
  #taps = new Int32Array(0);

  constructor(height: number, width: number) {
    this.#width = width;
    this.#height = height;
    this.#other = new Uint8Array(height * width * 3);
  }

  /** Blurs RGB bytes `[height, width, 3]` into memory of this object, good until its next call; `pixels` are spoilt. */
  apply(pixels: Uint8Array, sigma: number): Uint8Array {
    const box = boxOf(sigma);
    if (this.#taps.length !== 2 * box.radius + 3) this.#taps = new Int32Array(2 * box.radius + 3);
    this.#blurRows(pixels, box);
    this.#blurColumns(pixels, this.#other, box);
    this.#blurColumns(this.#other, pixels, box);
    this.#blurColumns(pixels, this.#other, box);
    return this.#other;
  }

  #blurRows(pixels: Uint8Array, box: Box): void {
    const row = this.#width * 3;
    const margin = (box.radius + 1) * 3;
    if (this.#lines[0].length < row + 2 * margin) {
      this.#lines = [new Uint8Array(row + 2 * margin), new Uint8Array(row + 2 * margin)];
    }
    const [first, second] = this.#lines;
    for (let tap = 0; tap < this.#taps.length; tap++) this.#taps[tap] = tap * 3;
    for (let y = 0; y < this.#height; y++) {
      const at = y * row;
      for (let i = 0; i < row; i++) first[margin + i] = pixels[at + i] ?? 0;
      repeatEdges(first, margin, row);
      blurRun(first, this.#taps, second, margin, row, box);
      repeatEdges(second, margin, row);
      blurRun(second, this.#taps, first, margin, row, box);
      repeatEdges(first, margin, row);
      blurRun(first, this.#taps, pixels, at, row, box);
    }
  }

  #blurColumns(from: Uint8Array, to: Uint8Array, box: Box): void {
    const row = this.#width * 3;
    const last = this.#height - 1;
    for (let y = 0; y <= last; y++) {
      for (let tap = 0; tap < this.#taps.length; tap++) {
        this.#taps[tap] = Math.min(Math.max(y + tap - box.radius - 1, 0), last) * row;
      }
      blurRun(from, this.#taps, to, y * row, row, box);
    }
  }
}

/** Fills `margin` bytes on both sides of a row that begins at `margin` with its outermost pixels. */
function repeatEdges(line: Uint8Array, margin: number, row: number): void {
  for (let i = margin - 1; i >= 0; i--) line[i] = line[i + 3] ?? 0;
  const end = margin + row;
  for (let i = end; i < end + margin; i++) line[i] = line[i - 3] ?? 0;
}

/** One box blur of `length` bytes: byte `at + i` of `to` from the bytes `taps[...] + i` of `from`. */
function blurRun(
  from: Uint8Array,
  taps: Int32Array,
  to: Uint8Array,
  at: number,
  length: number,
  box: Box,
): void {
  if (box.radius === 0) blurRunOfThree(from, taps, to, at, length, box);
  else if (box.radius === 1) blurRunOfFive(from, taps, to, at, length, box);
  else blurRunOfMany(from, taps, to, at, length, box);
}

function blurRunOfThree(
  from: Uint8Array,
  taps: Int32Array,
  to: Uint8Array,
  at: number,
  length: number,
  { inner, outer }: Box,
): void {
  const before = taps[0] ?? 0;
  const here = taps[1] ?? 0;
  const after = taps[2] ?? 0;
  for (let i = 0; i < length; i++) {
    const ends = (from[before + i] ?? 0) + (from[after + i] ?? 0);
    to[at + i] = (Math.imul(from[here + i] ?? 0, inner) + Math.imul(ends, outer) + HALF) >>> 24;
  }
}

function blurRunOfFive(
  from: Uint8Array,
  taps: Int32Array,
  to: Uint8Array,
  at: number,
  length: number,
  { inner, outer }: Box,
): void {
  const before = taps[0] ?? 0;
  const left = taps[1] ?? 0;
  const here = taps[2] ?? 0;
  const right = taps[3] ?? 0;
  const after = taps[4] ?? 0;
  for (let i = 0; i < length; i++) {
    const middle = (from[left + i] ?? 0) + (from[here + i] ?? 0) + (from[right + i] ?? 0);
    const ends = (from[before + i] ?? 0) + (from[after + i] ?? 0);
    to[at + i] = (Math.imul(middle, inner) + Math.imul(ends, outer) + HALF) >>> 24;
  }
}

function blurRunOfMany(
  from: Uint8Array,
  taps: Int32Array,
  to: Uint8Array,
  at: number,
  length: number,
  { inner, outer }: Box,
): void {
  const last = taps.length - 1;
  for (let i = 0; i < length; i++) {
    let middle = 0;
    for (let tap = 1; tap < last; tap++) middle += from[(taps[tap] ?? 0) + i] ?? 0;
    const ends = (from[(taps[0] ?? 0) + i] ?? 0) + (from[(taps[last] ?? 0) + i] ?? 0);
    to[at + i] = (Math.imul(middle, inner) + Math.imul(ends, outer) + HALF) >>> 24;
  }
}
