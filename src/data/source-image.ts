import type { Image } from './image';

/**
 * An image as a data set may return it: `data` contains `height * width * channels` samples, row by row without gaps.
 */
export interface SourceImage {
  readonly width: number;
  readonly height: number;
  /** 1: gray, 2: gray and alpha, 3: RGB (default), 4: RGB and alpha. */
  readonly channels?: 1 | 2 | 3 | 4;
  /** Samples of 8 or 16 bits. */
  readonly data: Uint8Array | Uint16Array;
  /** The values that become black and white (default: 0 and 255, or 0 and 65535 for 16 bits); values outside are clipped. */
  readonly range?: readonly [black: number, white: number];
}

/**
 * Converts an image to the 8-bit RGB that views are made from. A value v becomes `(v - black) / (white - black) * 255`,
 * rounded to the nearest whole number and clipped to 0 to 255. Gray is repeated over the three channels; alpha is
 * dropped, not blended, as by PIL's `convert('RGB')`. RGB bytes without a range are used unchanged, without a copy.
 *
 * @throws Error whose message describes the problem: `it has 4 x 4 pixels of 3 channels, and 12 values instead of 48`.
 */
export function rgbOf(source: SourceImage): Image {
  checkSource(source);
  const { width, height, channels = 3, data, range } = source;
  if (channels === 3 && data instanceof Uint8Array && range === undefined) return { width, height, data };
  const byteOf = byteTable(data instanceof Uint8Array ? 255 : 65535, range);
  const isColour = channels >= 3;
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const from = pixel * channels;
    for (let channel = 0; channel < 3; channel++) {
      rgb[pixel * 3 + channel] = byteOf[data[isColour ? from + channel : from] ?? 0] ?? 0;
    }
  }
  return { width, height, data: rgb };
}

/** The table of the last range, since most images of a data set share one. */
let lastTable: { readonly key: string; readonly bytes: Uint8Array } | null = null;

function byteTable(largest: number, [black, white]: readonly [number, number] = [0, largest]): Uint8Array {
  const key = `${largest} ${black} ${white}`;
  if (lastTable?.key === key) return lastTable.bytes;
  const bytes = Uint8Array.from({ length: largest + 1 }, (_, value) =>
    Math.min(255, Math.max(0, Math.round(((value - black) / (white - black)) * 255))),
  );
  lastTable = { key, bytes };
  return bytes;
}

function checkSource(source: SourceImage): void {
  // The user's own data set may return anything.
  const {
    width,
    height,
    channels = 3,
    data,
    range,
  } = (source as unknown as Partial<SourceImage> | null) ?? {};
  if (!(data instanceof Uint8Array) && !(data instanceof Uint16Array)) {
    throw new Error('it has no data of type Uint8Array or Uint16Array');
  }
  if (!isSide(width) || !isSide(height)) {
    throw new Error(`its size is ${String(width)} x ${String(height)} pixels`);
  }
  if (![1, 2, 3, 4].includes(channels)) {
    throw new Error(`it has ${String(channels)} channels, but only 1, 2, 3 or 4 are supported`);
  }
  const expected = width * height * channels;
  if (data.length !== expected) {
    const pixels = `${width} x ${height} pixels of ${channels} ${channels === 1 ? 'channel' : 'channels'}`;
    throw new Error(`it has ${pixels}, and ${data.length} values instead of ${expected}`);
  }
  if (range !== undefined && !isRange(range)) {
    throw new Error(`its range is ${JSON.stringify(range)}, but must be two numbers, the smaller first`);
  }
}

function isSide(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0;
}

function isRange(range: unknown): boolean {
  if (!Array.isArray(range) || range.length !== 2) return false;
  const [black, white] = range as unknown[];
  return Number.isFinite(black) && Number.isFinite(white) && (black as number) < (white as number);
}
