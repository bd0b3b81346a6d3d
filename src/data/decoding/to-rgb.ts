import type { Image } from '../image';
import type { Samples } from './sharp-pixels';

/** Converts ink values to RGB without a profile, in PIL's integer arithmetic. */
export function rgbOfCmyk({ width, height, channels, values }: Samples): Image {
  const data = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const light = 255 - (values[pixel * channels + 3] ?? 0);
    for (let channel = 0; channel < 3; channel++) {
      const ink = values[pixel * channels + channel] ?? 0;
      data[pixel * 3 + channel] = Math.max(0, light - scaleByte(ink, light));
    }
  }
  return { width, height, data };
}

/** Returns a * b / 255, rounded. */
function scaleByte(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/** Converts colours multiplied by alpha to RGB in PIL's integer arithmetic; fully transparent pixels become black. */
export function dividedByAlpha({ width, height, channels, values }: Samples): Image {
  const data = new Uint8ClampedArray(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const alpha = values[pixel * channels + 3] ?? 0;
    for (let channel = 0; channel < 3; channel++) {
      const value = values[pixel * channels + channel] ?? 0;
      data[pixel * 3 + channel] = alpha === 0 ? 0 : Math.floor((value * 255) / alpha);
    }
  }
  return { width, height, data: new Uint8Array(data.buffer) };
}

/** A TIFF file's definition of luma and chroma: the shares of red, green and blue, and the codes of black and white. */
export interface LumaChroma {
  readonly shares: readonly number[];
  /** The codes of zero and full value for luma and both chromas. */
  readonly codes: readonly number[];
}

const half = 1 << 15;

/** Converts Y, Cb, Cr to RGB with the fixed-point arithmetic of libtiff, with which PIL reads compressed files. */
export function convertByLibtiff({ width, height, data }: Image, { shares, codes }: LumaChroma): Image {
  const [red = 0.299, green = 0.587, blue = 0.114] = shares.map(Math.fround);
  const fixed = (value: number): number => Math.trunc(value * 65536 + 0.5);
  const redOfCr = fixed(Math.fround(2 - 2 * red));
  const blueOfCb = fixed(Math.fround(2 - 2 * blue));
  const greenOfCr = -fixed(Math.fround(Math.fround(red * Math.fround(2 - 2 * red)) / green));
  const greenOfCb = -fixed(Math.fround(Math.fround(blue * Math.fround(2 - 2 * blue)) / green));
  const [yBlack = 0, yWhite = 255, cbNone = 128, cbFull = 255, crNone = 128, crFull = 255] = codes;
  const y = table((code) => level(code, yBlack, yWhite, 255));
  const cb = table((code) => level(code - 128, cbNone - 128, cbFull - 128, 127));
  const cr = table((code) => level(code - 128, crNone - 128, crFull - 128, 127));
  return convert({ width, height, data }, (luma, b, r) => {
    const [light = 0, bChroma = 0, rChroma = 0] = [y[luma], cb[b], cr[r]];
    return [
      light + ((redOfCr * rChroma + half) >> 16),
      light + ((greenOfCb * bChroma + half + greenOfCr * rChroma) >> 16),
      light + ((blueOfCb * bChroma + half) >> 16),
    ];
  });
}

/** Converts Y, Cb, Cr to RGB with PIL's own arithmetic, for uncompressed files. */
export function convertByPillow(image: Image): Image {
  const part = (factor: number): Int32Array => table((code) => Math.trunc(factor * 64 * (code - 128) + 0.5));
  const redOfCr = part(1.402);
  const greenOfCb = part(-0.34414);
  const greenOfCr = part(-0.71414);
  const blueOfCb = part(1.772);
  return convert(image, (luma, cb, cr) => [
    luma + ((redOfCr[cr] ?? 0) >> 6),
    luma + (((greenOfCb[cb] ?? 0) + (greenOfCr[cr] ?? 0)) >> 6),
    luma + ((blueOfCb[cb] ?? 0) >> 6),
  ]);
}

type Rule = (luma: number, cb: number, cr: number) => readonly [number, number, number];

function convert({ width, height, data }: Image, rule: Rule): Image {
  const rgb = new Uint8ClampedArray(data.length);
  for (let at = 0; at < data.length; at += 3) {
    rgb.set(rule(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0), at);
  }
  return { width, height, data: new Uint8Array(rgb.buffer) };
}

function table(value: (code: number) => number): Int32Array {
  return Int32Array.from({ length: 256 }, (_, code) => value(code));
}

function level(code: number, none: number, full: number, range: number): number {
  const span = Math.trunc(full) - Math.trunc(none);
  const exact = Math.fround(Math.fround((code - Math.trunc(none)) * range) / (span === 0 ? 1 : span));
  return Math.trunc(exact);
}
