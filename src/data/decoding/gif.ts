import type { Image } from '../image';
import { requireSize } from './image-size';
import { rgbPixels } from './sharp-pixels';

const screenEnd = 13;
const imageMark = 0x2c;
const extensionMark = 0x21;
const controlLabel = 0xf9;

interface FirstFrame {
  readonly screenWidth: number;
  readonly screenHeight: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  /** 256 colours: those of the frame, otherwise of the screen, otherwise shades of gray. */
  readonly palette: Buffer;
  /** The transparent index, or `null`. */
  readonly transparent: number | null;
  /** The compressed pixels, up to the end of the file. */
  readonly compressed: Buffer;
}

/**
 * Decodes the first frame of a GIF file like PIL: transparent pixels keep their colour, and a frame smaller than the
 * screen is surrounded by the transparent colour, or the palette's first if there is none. libvips would make both
 * black.
 *
 * @throws Error if the file is truncated.
 */
export async function decodeGif(bytes: Buffer, mostPixels: number): Promise<Image> {
  const frame = readFirstFrame(bytes);
  const width = Math.max(frame.screenWidth, frame.left + frame.width);
  const height = Math.max(frame.screenHeight, frame.top + frame.height);
  requireSize(width, height, mostPixels);
  requireSize(frame.width, frame.height, mostPixels);
  const inner = await rgbPixels(withoutSurroundings(frame), mostPixels);
  if (inner.width === width && inner.height === height) return inner;
  const around = (frame.transparent ?? 0) * 3;
  const data = Buffer.alloc(width * height * 3, frame.palette.subarray(around, around + 3));
  for (let y = 0; y < frame.height; y++) {
    const row = inner.data.subarray(y * frame.width * 3, (y + 1) * frame.width * 3);
    data.set(row, ((frame.top + y) * width + frame.left) * 3);
  }
  return { width, height, data };
}

function readFirstFrame(bytes: Buffer): FirstFrame {
  if (bytes.length < screenEnd) throw cutOff();
  const screen = readPalette(bytes, 10, screenEnd);
  let transparent: number | null = null;
  let at = screen.end;
  while (bytes[at] === extensionMark) {
    const isTransparent = bytes[at + 1] === controlLabel && ((bytes[at + 3] ?? 0) & 1) === 1;
    if (isTransparent) transparent = bytes[at + 6] ?? 0;
    at += 2;
    while ((bytes[at] ?? 0) > 0) at += 1 + (bytes[at] ?? 0);
    at += 1;
  }
  if (bytes.length < at + 11) throw cutOff();
  if (bytes[at] !== imageMark) throw new Error('it has no image');
  const own = readPalette(bytes, at + 9, at + 10);
  return {
    screenWidth: bytes.readUInt16LE(6),
    screenHeight: bytes.readUInt16LE(8),
    left: bytes.readUInt16LE(at + 1),
    top: bytes.readUInt16LE(at + 3),
    width: bytes.readUInt16LE(at + 5),
    height: bytes.readUInt16LE(at + 7),
    interlaced: ((bytes[at + 9] ?? 0) & 0x40) !== 0,
    palette: own.palette ?? screen.palette ?? grays(),
    transparent,
    compressed: bytes.subarray(own.end),
  };
}

/** Reads the palette announced by the flags at a position, padded with black to 256 colours, and where it ends. */
function readPalette(bytes: Buffer, flagsAt: number, start: number): { palette: Buffer | null; end: number } {
  const flags = bytes[flagsAt] ?? 0;
  if ((flags & 0x80) === 0) return { palette: null, end: start };
  const end = start + (3 << ((flags & 7) + 1));
  const palette = Buffer.alloc(768);
  bytes.copy(palette, 0, start, end);
  return { palette, end };
}

function grays(): Buffer {
  return Buffer.from(Array.from({ length: 768 }, (_, index) => Math.floor(index / 3)));
}

/** Builds a file of the frame alone, on a screen of its size and without transparency. */
function withoutSurroundings({ width, height, interlaced, palette, compressed }: FirstFrame): Buffer {
  const head = Buffer.alloc(screenEnd);
  head.write('GIF89a', 'latin1');
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  head[10] = 0xf7;
  const image = Buffer.alloc(10);
  image[0] = imageMark;
  image.writeUInt16LE(width, 5);
  image.writeUInt16LE(height, 7);
  image[9] = interlaced ? 0x40 : 0;
  return Buffer.concat([head, palette, image, firstStream(compressed)]);
}

/** Returns the compressed pixels of one frame, with the marker of the file's end. */
function firstStream(compressed: Buffer): Buffer {
  let at = 1;
  while ((compressed[at] ?? 0) > 0) at += 1 + (compressed[at] ?? 0);
  return Buffer.concat([compressed.subarray(0, at), Buffer.from([0, 0x3b])]);
}

function cutOff(): Error {
  return new Error('the file is truncated');
}
