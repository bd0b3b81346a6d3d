import type { Image } from '../../image';

const fileHeader = 14;
const uncompressed = 0;
const bitFields = 3;

/** Whether a file's content is a Windows bitmap. */
export function isBitmap(bytes: Buffer): boolean {
  return bytes.length >= 2 && bytes[0] === 0x42 && bytes[1] === 0x4d;
}

/**
 * Decodes an uncompressed Windows bitmap of 8 (palette), 24 or 32 bits a pixel; the fourth byte of 32 is dropped, as PIL
 * drops alpha. libvips as sharp ships it cannot read bitmaps.
 *
 * @throws Error that names the variant, for every other one, and for a file that is cut off.
 */
export function decodeBitmap(bytes: Buffer): Image {
  const { start, headerSize, width, height, topDown, bits } = readHeader(bytes);
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (bytes.length < start + stride * height) throw new Error('the bitmap is cut off');
  const palette = bits === 8 ? bytes.subarray(fileHeader + headerSize, start) : null;
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = start + (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      const source = palette ?? bytes;
      const at = palette === null ? row + (x * bits) / 8 : (bytes[row + x] ?? 0) * 4;
      if (at + 2 >= source.length) throw new Error('the bitmap uses a colour that its palette lacks');
      const target = (y * width + x) * 3;
      data[target] = source[at + 2] ?? 0;
      data[target + 1] = source[at + 1] ?? 0;
      data[target + 2] = source[at] ?? 0;
    }
  }
  return { width, height, data };
}

interface BitmapHeader {
  readonly start: number;
  readonly headerSize: number;
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
}

function readHeader(bytes: Buffer): BitmapHeader {
  if (bytes.length < fileHeader + 40) throw new Error('the bitmap is cut off');
  const headerSize = bytes.readUInt32LE(14);
  const rows = bytes.readInt32LE(22);
  const header = {
    start: bytes.readUInt32LE(10),
    headerSize,
    width: bytes.readInt32LE(18),
    height: Math.abs(rows),
    topDown: rows < 0,
    bits: bytes.readUInt16LE(28),
  };
  const compression = bytes.readUInt32LE(30);
  if (headerSize < 40) throw new Error('OS/2 bitmaps are not supported');
  if (header.width <= 0 || header.height === 0) throw new Error(`its size is ${header.width} x ${rows}`);
  const known =
    (compression === uncompressed && [8, 24, 32].includes(header.bits)) ||
    (compression === bitFields && header.bits === 32 && hasUsualMasks(bytes));
  if (!known) {
    throw new Error(
      `bitmaps of ${header.bits} bits a pixel with compression ${compression} are not supported, ` +
        'only uncompressed ones of 8, 24 or 32 bits',
    );
  }
  return header;
}

/** Whether the bytes of a pixel are blue, green, red and something else, as without masks. */
function hasUsualMasks(bytes: Buffer): boolean {
  const masks = fileHeader + 40;
  if (bytes.length < masks + 12) return false;
  return [0xff0000, 0xff00, 0xff].every((mask, index) => bytes.readUInt32LE(masks + index * 4) === mask);
}
