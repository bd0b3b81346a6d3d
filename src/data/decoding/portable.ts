import type { Image } from '../image';
import { imageOfDeepGray } from './deep-gray';
import type { GrayRange } from './deep-gray';
import { requireSize } from './image-size';

interface Header {
  /** 1 to 6: the digit after the `P`. */
  readonly kind: number;
  readonly width: number;
  readonly height: number;
  /** The value of white; 1 in bitmaps. */
  readonly white: number;
  /** Where the pixels start. */
  readonly start: number;
}

/**
 * Decodes a file of the PNM family: bitmap (PBM), gray (PGM) or colour (PPM), as text or binary. Values are scaled by
 * the largest value that the file names; gray of more than 8 bits by the given range.
 *
 * @throws Error describing the problem of the header or the values.
 */
export function decodePortable(bytes: Buffer, mostPixels: number, grayRange: GrayRange | null): Image {
  const header = readHeader(bytes, mostPixels);
  const { kind, width, height, white } = header;
  const isBitmap = kind === 1 || kind === 4;
  const channels = kind === 3 || kind === 6 ? 3 : 1;
  const count = width * height * channels;
  const values = kind <= 3 ? textValues(bytes, header, count) : binaryValues(bytes, header, count);
  if (channels === 1 && white > 255) {
    // A file that names its own largest value needs no range from the user.
    const range = grayRange ?? (white === 65535 ? null : ([0, white] as const));
    return imageOfDeepGray({ width, height, values }, range);
  }
  const data = new Uint8Array(width * height * 3);
  for (let at = 0; at < data.length; at++) {
    const value = scale(values[channels === 3 ? at : Math.floor(at / 3)] ?? 0, white, 255);
    data[at] = isBitmap ? 255 - value : value;
  }
  return { width, height, data };
}

function readHeader(bytes: Buffer, mostPixels: number): Header {
  const kind = (bytes[1] ?? 0) - 0x30;
  const hasWhite = kind !== 1 && kind !== 4;
  // A comment may be anywhere, even inside a number.
  const text = bytes.toString('latin1', 0, 4096);
  const number = /(?:\s|#[^\r\n]*[\r\n])*((?:\d|#[^\r\n]*[\r\n])+)/y;
  number.lastIndex = 2;
  const numbers: number[] = [];
  while (numbers.length < (hasWhite ? 3 : 2)) {
    const found = number.exec(text)?.[1]?.replace(/#[^\r\n]*[\r\n]/g, '') ?? '';
    if (found === '') throw new Error('its header lacks the size or the largest value');
    numbers.push(Number(found));
  }
  const [width = 0, height = 0, white = 1] = numbers;
  requireSize(width, height, mostPixels);
  if (!(white > 0 && white < 65536)) throw new Error(`its largest value is ${white}`);
  if (!/\s/.test(text[number.lastIndex] ?? '')) throw new Error('its header does not end');
  return { kind, width, height, white, start: number.lastIndex + 1 };
}

function binaryValues(
  bytes: Buffer,
  { kind, width, height, white, start }: Header,
  count: number,
): Uint16Array {
  const rowBytes = Math.ceil(width / 8);
  const size = kind === 4 ? rowBytes * height : count * (white > 255 ? 2 : 1);
  if (bytes.length < start + size) throw cutOff();
  const values = new Uint16Array(count);
  for (let at = 0; at < count; at++) {
    if (kind === 4) {
      const x = at % width;
      const byte = bytes[start + Math.floor(at / width) * rowBytes + (x >> 3)] ?? 0;
      values[at] = (byte >> (7 - (x & 7))) & 1;
    } else {
      const value = white > 255 ? bytes.readUInt16BE(start + at * 2) : (bytes[start + at] ?? 0);
      values[at] = Math.min(value, white);
    }
  }
  return values;
}

function textValues(bytes: Buffer, { kind, white, start }: Header, count: number): Uint16Array {
  if (bytes.length < start + count) throw cutOff();
  const values = new Uint16Array(count);
  const text = bytes.toString('latin1', start).replace(/#[^\r\n]*[\r\n]?/g, '');
  const words = text.matchAll(kind === 1 ? /\S/g : /\S+/g);
  for (let at = 0; at < count; at++) {
    const word = words.next().value?.[0];
    if (word === undefined) throw cutOff();
    const value = /^\d{1,10}$/.test(word) ? Number(word) : NaN;
    if (!(value <= white)) throw new Error(`it has the value ${word}, but its largest value is ${white}`);
    values[at] = value;
  }
  return values;
}

/** Scales `value` from `white` to `full`, rounding halves to even as Python does. */
function scale(value: number, white: number, full: number): number {
  if (white === full) return value;
  const exact = (value / white) * full;
  const below = Math.floor(exact);
  if (exact - below !== 0.5) return Math.round(exact);
  return below % 2 === 0 ? below : below + 1;
}

function cutOff(): Error {
  return new Error('the file is truncated');
}
