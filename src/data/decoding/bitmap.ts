import type { Image } from '../image';
import { bitmapRuns } from './bitmap-runs';
import { largestImage, requireSize } from './image-size';

const fileHeader = 14;
const headerSizes: ReadonlySet<number> = new Set([12, 40, 52, 56, 64, 108, 124]);
const compressions = { none: 0, runsOf8: 1, runsOf4: 2, masks: 3 } as const;

interface BitmapHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the palette starts, and the number of bytes per colour. */
  readonly palette: { readonly start: number; readonly colours: number; readonly step: 3 | 4 };
  /** Where the pixels start. */
  readonly start: number;
  /** Bit masks of red, green and blue within a pixel. */
  readonly masks: readonly number[];
}

/**
 * Decodes a Windows or OS/2 bitmap like PIL: palettes of 1, 4 or 8 bits, also run-length encoded, and colours of 16, 24
 * or 32 bits. Alpha is dropped, and an index outside the palette is black. The libvips shipped with sharp cannot read
 * bitmaps.
 *
 * @throws Error for any other variant, naming it, and for a truncated file.
 */
export function decodeBitmap(bytes: Buffer, mostPixels = largestImage): Image {
  const header = readHeader(bytes, mostPixels);
  const { width, height, topDown, bits, compression } = header;
  const isRuns = compression === compressions.runsOf8 || compression === compressions.runsOf4;
  const stride = isRuns ? width : Math.ceil((width * bits) / 32) * 4;
  const pixels = isRuns
    ? bitmapRuns(bytes, header.start, width, height, compression === compressions.runsOf4)
    : bytes.subarray(header.start, header.start + stride * height);
  if (pixels.length < stride * height) throw cutOff();
  const colour = bits <= 8 ? paletteColours(bytes, header, pixels, isRuns) : directColours(header, pixels);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) colour(row, x, data, (y * width + x) * 3);
  }
  return { width, height, data };
}

/** Writes the colour of a pixel, given the row's start in the file, the pixel's index in it, and the target. */
type WriteColour = (row: number, x: number, target: Uint8Array, at: number) => void;

function paletteColours(
  bytes: Buffer,
  { bits, palette }: BitmapHeader,
  pixels: Uint8Array,
  isRuns: boolean,
): WriteColour {
  const perByte = isRuns ? 1 : 8 / bits;
  const mask = isRuns ? 0xff : (1 << bits) - 1;
  const { start, colours, step } = palette;
  return (row, x, target, at) => {
    const byte = pixels[row + Math.floor(x / perByte)] ?? 0;
    const index = (byte >> (bits * (perByte - 1 - (x % perByte)))) & mask;
    if (index < colours) writeBytes(bytes, start + index * step, [2, 1, 0], target, at);
  };
}

function directColours({ bits, masks }: BitmapHeader, pixels: Uint8Array): WriteColour {
  const size = bits / 8;
  if (bits > 16) {
    const places = masks.map((mask) => [0xff, 0xff00, 0xff0000, 0xff000000].indexOf(mask));
    return (row, x, target, at) => writeBytes(pixels, row + x * size, places, target, at);
  }
  const fields = masks.map((mask) => ({ mask, shift: 31 - Math.clz32(mask & -mask) }));
  return (row, x, target, at) => {
    const value = (pixels[row + x * 2] ?? 0) | ((pixels[row + x * 2 + 1] ?? 0) << 8);
    fields.forEach(({ mask, shift }, channel) => {
      target[at + channel] = Math.floor((((value & mask) >> shift) * 255) / (mask >> shift));
    });
  };
}

function writeBytes(
  source: Uint8Array,
  from: number,
  places: readonly number[],
  target: Uint8Array,
  at: number,
): void {
  target[at] = source[from + (places[0] ?? 0)] ?? 0;
  target[at + 1] = source[from + (places[1] ?? 0)] ?? 0;
  target[at + 2] = source[from + (places[2] ?? 0)] ?? 0;
}

function readHeader(bytes: Buffer, mostPixels: number): BitmapHeader {
  if (bytes.length < fileHeader + 12) throw cutOff();
  const size = bytes.readUInt32LE(fileHeader);
  if (!headerSizes.has(size)) throw new Error(`bitmaps with a header of ${size} bytes are not supported`);
  if (bytes.length < fileHeader + size) throw cutOff();
  const isOld = size === 12;
  const width = isOld ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const rows = isOld ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(isOld ? 24 : 28);
  const compression = isOld ? compressions.none : bytes.readUInt32LE(30);
  if (rows <= 0 && (isOld || rows === 0)) throw new Error(`its size is ${width} x ${rows}`);
  requireSize(width, Math.abs(rows), mostPixels);
  refuseUnknown(bits, compression);
  const named = isOld ? 0 : bytes.readUInt32LE(46);
  const step = isOld ? 3 : 4;
  const palette = {
    start: fileHeader + size,
    colours: named === 0 ? 1 << Math.min(bits, 8) : named,
    step,
  } as const;
  const masks = readMasks(bytes, bits, compression);
  return {
    width,
    height: Math.abs(rows),
    topDown: rows < 0,
    bits,
    compression,
    palette,
    start: pixelStart(bytes, palette, bits),
    masks,
  };
}

/** Some files claim that the pixels start at the palette or at 0. */
function pixelStart(bytes: Buffer, { start, colours, step }: BitmapHeader['palette'], bits: number): number {
  const named = bytes.readUInt32LE(10);
  if (named !== start && named !== 0) return named;
  return bits <= 8 ? start + colours * step : start;
}

function refuseUnknown(bits: number, compression: number): void {
  const { none, runsOf8, runsOf4, masks } = compressions;
  const known =
    (compression === none && [1, 4, 8, 16, 24, 32].includes(bits)) ||
    (compression === runsOf8 && bits === 8) ||
    (compression === runsOf4 && bits === 4) ||
    (compression === masks && [16, 24, 32].includes(bits));
  if (!known) {
    throw new Error(`bitmaps of ${bits} bits per pixel with compression ${compression} are not supported`);
  }
}

const usualMasks: Readonly<Record<number, readonly number[]>> = {
  16: [0x7c00, 0x3e0, 0x1f],
  24: [0xff0000, 0xff00, 0xff],
  32: [0xff0000, 0xff00, 0xff],
};

function readMasks(bytes: Buffer, bits: number, compression: number): readonly number[] {
  const usual = usualMasks[bits] ?? [];
  if (compression !== compressions.masks) return usual;
  const start = fileHeader + 40;
  if (bytes.length < start + 12) throw cutOff();
  const found = [0, 4, 8].map((offset) => bytes.readUInt32LE(start + offset));
  if (found.every((mask) => mask === 0)) return usual;
  const whole = bits === 32 ? [0xff, 0xff00, 0xff0000, 0xff000000] : [0xff, 0xff00, 0xff0000];
  const isKnown =
    bits === 16
      ? ['7c00,3e0,1f', 'f800,7e0,1f'].includes(found.map((mask) => mask.toString(16)).join())
      : new Set(found).size === 3 && found.every((mask) => whole.includes(mask));
  if (isKnown) return found;
  const names = found.map((mask) => `0x${mask.toString(16)}`).join(', ');
  throw new Error(`bitmaps of ${bits} bits per pixel with the masks ${names} are not supported`);
}

function cutOff(): Error {
  return new Error('the bitmap is truncated');
}
