import { opaquePng } from './opaque-png';
import { ImageRefusal } from './image-refusal';

type Bytes = Uint8Array<ArrayBuffer>;

/** JPEG markers that have no length. */
const isAlone = (marker: number): boolean => marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
const endOfImage = 0xd9;
const startOfScan = 0xda;
/** Segments that are kept: JFIF, and Adobe's, which defines the channels. */
const keptSegments = [0xe0, 0xee];

/** Removes EXIF (orientation), colour profile and comments from a JPEG file. */
export function plainJpeg(bytes: Bytes): Bytes {
  const parts: Uint8Array[] = [bytes.subarray(0, 2)];
  let at = 2;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1;
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined) throw cutOff();
    if (marker === startOfScan) break;
    const end = isAlone(marker) ? at + 2 : at + 2 + word(bytes, at + 2);
    if (end <= at || end > bytes.length) throw cutOff();
    const isNote = (marker >= 0xe0 && marker <= 0xef) || marker === 0xfe;
    if (!isNote || keptSegments.includes(marker)) parts.push(bytes.subarray(at, end));
    at = end;
  }
  if (!hasEnd(bytes, at)) throw cutOff();
  return joined([...parts, bytes.subarray(at)]);
}

function hasEnd(bytes: Bytes, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === endOfImage) return true;
  }
  return false;
}

const pngHead = 8;
/** Chunks that define the colour space, the orientation and the transparent colours. */
const leftOut = [
  'cHRM',
  'cICP',
  'eXIf',
  'gAMA',
  'iCCP',
  'mDCV',
  'cLLI',
  'sBIT',
  'sRGB',
  'tRNS',
  'acTL',
  'fcTL',
  'fdAT',
];

/** Removes colour spaces, orientation and transparency from a PNG file; transparent pixels keep their colour. */
export async function plainPng(bytes: Bytes): Promise<Bytes> {
  const parts: Uint8Array[] = [bytes.subarray(0, pngHead)];
  const view = viewOf(bytes);
  let at = pngHead;
  let isWhole = false;
  while (!isWhole) {
    if (at + 12 > bytes.length) throw cutOff();
    const end = at + 12 + view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (end > bytes.length) throw cutOff();
    if (!leftOut.includes(name)) parts.push(bytes.subarray(at, end));
    isWhole = name === 'IEND';
    at = end;
  }
  return opaquePng(joined(parts));
}

/** Flags in the first chunk of an extended WebP file: colour profile, transparency, EXIF, XMP. */
const webpFlags = 0x3c;

/**
 * Removes colour profile, orientation and transparency from a WebP file; the transparency of a lossless one cannot be
 * removed.
 */
export function plainWebp(bytes: Bytes): Bytes {
  const view = viewOf(bytes);
  const whole = 8 + (bytes.length < 12 ? Infinity : view.getUint32(4, true));
  if (whole > bytes.length) throw cutOff();
  const parts: Uint8Array[] = [];
  for (let at = 12; at + 8 <= whole;) {
    const size = view.getUint32(at + 4, true);
    const end = at + 8 + size + (size % 2);
    if (at + 8 + size > whole) throw cutOff();
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const chunk = bytes.slice(at, end);
    if (name === 'VP8X') chunk[8] = (chunk[8] ?? 0) & ~webpFlags;
    if (name === 'ANIM' || name === 'ANMF')
      throw new ImageRefusal('This is an animated WebP image. Save one of its frames as PNG first.');
    if (!['ICCP', 'ALPH', 'EXIF', 'XMP '].includes(name)) parts.push(chunk);
    at = end;
  }
  const head = bytes.slice(0, 12);
  const length = parts.reduce((sum, part) => sum + part.length, 4);
  new DataView(head.buffer).setUint32(4, length, true);
  return joined([head, ...parts]);
}

/** Removes the transparent colour of the first frame of a GIF file. */
export function plainGif(bytes: Bytes): Bytes {
  const changed = bytes.slice();
  const flags = bytes[10] ?? 0;
  let at = 13 + ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  while (changed[at] === 0x21) {
    if (changed[at + 1] === 0xf9) changed[at + 3] = (changed[at + 3] ?? 0) & ~1;
    at += 2;
    while ((changed[at] ?? 0) > 0) at += 1 + (changed[at] ?? 0);
    at += 1;
  }
  if (changed[at] !== 0x2c) throw cutOff();
  const own = changed[at + 9] ?? 0;
  at += 11 + ((own & 0x80) === 0 ? 0 : 3 << ((own & 7) + 1));
  while ((changed[at] ?? 0) > 0) at += 1 + (changed[at] ?? 0);
  // The first frame ends here, whatever follows.
  if (at >= changed.length) throw cutOff();
  return joined([changed.subarray(0, at + 1), Uint8Array.of(0x3b)]);
}

/** The error for a file that ends before its image does. */
export function cutOff(): ImageRefusal {
  return new ImageRefusal('The file is damaged: it ends before the image does.');
}

function word(bytes: Bytes, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function viewOf(bytes: Bytes): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function joined(parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
