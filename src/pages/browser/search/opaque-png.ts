import { ImageRefusal } from './image-refusal';

type Bytes = Uint8Array<ArrayBuffer>;

const headerAt = 16;
const depthAt = 24;
const colourTypeAt = 25;
const interlaceAt = 28;
const firstChunkAt = 8;
const gray = 0;
const grayWithAlpha = 4;
const colourWithAlpha = 6;

/** Origins and pixel spacings of the passes of an interlaced file: x, y, step of x, step of y. */
const passes = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Bytes per pixel, with and without alpha. */
interface PixelSizes {
  readonly from: number;
  readonly to: number;
}

/**
 * Removes the alpha channel of a PNG file: browsers would multiply the colours by it and lose those of transparent
 * pixels.
 *
 * Source: the specification of PNG, third edition, chapters 8 (interlacing) and 9 (filtering).
 *
 * @param bytes complete chunks, of which the first is IHDR and the last IEND.
 */
export async function opaquePng(bytes: Bytes): Promise<Bytes> {
  const type = bytes[colourTypeAt];
  const samples = (bytes[depthAt] ?? 8) / 8;
  if (samples === 2 && (type === gray || type === grayWithAlpha)) {
    throw new ImageRefusal(
      'This PNG has 16-bit grey values, whose range is unknown. Save it with 8 bits first.',
    );
  }
  if (type !== grayWithAlpha && type !== colourWithAlpha) return bytes;
  const colours = type === grayWithAlpha ? 1 : 3;
  const sizes = { from: (colours + 1) * samples, to: colours * samples };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const width = view.getUint32(headerAt);
  const height = view.getUint32(headerAt + 4);
  const rows = rowsOf(width, height, bytes[interlaceAt] === 1);
  const packed = withoutAlpha(await inflated(dataOf(bytes, view)), rows, sizes);
  const header = bytes.slice(headerAt, headerAt + 13);
  header[colourTypeAt - headerAt] = colours === 1 ? 0 : 2;
  const parts = [
    bytes.subarray(0, firstChunkAt),
    chunk('IHDR', header),
    chunk('IDAT', await transformed(packed, new CompressionStream('deflate'))),
    chunk('IEND', new Uint8Array(0)),
  ];
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** Number of pixels of each row, and the rows that start a separate picture, as each pass does. */
function rowsOf(
  width: number,
  height: number,
  isInterlaced: boolean,
): { length: number; isFirst: boolean }[] {
  const pictures = isInterlaced
    ? passes.map(([x, y, acrossX, acrossY]) => [
        Math.ceil((width - x) / acrossX),
        Math.ceil((height - y) / acrossY),
      ])
    : [[width, height]];
  return pictures.flatMap(([length = 0, count = 0]) =>
    length <= 0
      ? []
      : Array.from({ length: Math.max(0, count) }, (_, row) => ({ length, isFirst: row === 0 })),
  );
}

/** Returns the compressed pixels, which may span several chunks. */
function dataOf(bytes: Bytes, view: DataView): Blob {
  const parts: Bytes[] = [];
  for (let at = firstChunkAt; at + 12 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at);
    if (String.fromCharCode(...bytes.subarray(at + 4, at + 8)) === 'IDAT')
      parts.push(bytes.subarray(at + 8, end));
    at = end + 4;
  }
  return new Blob(parts);
}

async function inflated(data: Blob): Promise<Bytes> {
  try {
    return await transformed(data, new DecompressionStream('deflate'));
  } catch {
    throw new ImageRefusal('The file is damaged: its pixels cannot be decompressed.');
  }
}

async function transformed(data: Blob | Bytes, by: CompressionStream | DecompressionStream): Promise<Bytes> {
  const blob = data instanceof Blob ? data : new Blob([data]);
  return new Uint8Array(await new Response(blob.stream().pipeThrough(by)).arrayBuffer());
}

/** Undoes the filters of the rows, and removes the alpha of the pixels. */
function withoutAlpha(data: Bytes, rows: ReturnType<typeof rowsOf>, { from, to }: PixelSizes): Bytes {
  const out = new Uint8Array(rows.reduce((sum, { length }) => sum + 1 + length * to, 0));
  let before: Uint8Array = new Uint8Array(0);
  let at = 0;
  let put = 0;
  for (const { length, isFirst } of rows) {
    const row = data.subarray(at + 1, at + 1 + length * from);
    if (row.length < length * from)
      throw new ImageRefusal('The file is damaged: it ends before the image does.');
    unfilter(data[at] ?? 0, row, isFirst ? new Uint8Array(row.length) : before, from);
    // Filter 0: the rows are stored unchanged.
    put += 1;
    for (let pixel = 0; pixel < length; pixel++) {
      for (let byte = 0; byte < to; byte++) out[put + byte] = row[pixel * from + byte] ?? 0;
      put += to;
    }
    before = row;
    at += 1 + length * from;
  }
  return out;
}

/** Undoes the filter of a row in place. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number): void {
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const left = i < step ? 0 : (row[i - step] ?? 0);
    const up = above[i] ?? 0;
    const corner = i < step ? 0 : (above[i - step] ?? 0);
    row[i] = (row[i] ?? 0) + predicted(filter, left, up, corner);
  }
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  const guess = left + up - corner;
  const [toLeft, toUp, toCorner] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

function chunk(name: string, data: Bytes): Bytes {
  const made = new Uint8Array(12 + data.length);
  const view = new DataView(made.buffer);
  view.setUint32(0, data.length);
  made.set(new TextEncoder().encode(name), 4);
  made.set(data, 8);
  view.setUint32(8 + data.length, checksum(made.subarray(4, 8 + data.length)));
  return made;
}

const remainders = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** The CRC-32 at the end of chunks. */
function checksum(bytes: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of bytes) value = (remainders[(value ^ byte) & 0xff] ?? 0) ^ (value >>> 8);
  return (value ^ 0xffffffff) >>> 0;
}
