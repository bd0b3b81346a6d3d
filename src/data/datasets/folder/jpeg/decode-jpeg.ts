import type { Image } from '../../../image';
import { instantiate } from '../../../web-assembly/instantiate';
import type { GrowingMemory } from '../../../web-assembly/instantiate';
import { ModuleMemory, aligned } from '../../../web-assembly/module-memory';
import { compiledDecoder } from './compiled-decoder';
import type { JpegHeader } from './read-header';
import { readJpegHeader } from './read-header';

/** The functions of `assembly/jpeg`. Addresses are bytes in their memory. */
interface Decoder {
  readonly memory: GrowingMemory;
  orderSteps(from: number, to: number): void;
  buildTable(table: number, counts: number, symbols: number, isDc: number): number;
  readStream(from: number, end: number, to: number): number;
  decodeScan(
    stream: number,
    end: number,
    blocks: number,
    count: number,
    across: number,
    down: number,
    block: number,
    work: number,
  ): number;
  convertFull(
    luma: number,
    cb: number,
    cr: number,
    stride: number,
    width: number,
    height: number,
    to: number,
  ): void;
  convertHalved(
    luma: number,
    lumaStride: number,
    cb: number,
    cr: number,
    stride: number,
    width: number,
    height: number,
    lines: number,
    to: number,
  ): void;
}

// The memory's fixed parts; the module's own data lies below them.
const PREDICTORS = 4096;
const BLOCKS = PREDICTORS + 16;
const BLOCK_LENGTH = 32;
const COEFFICIENTS = BLOCKS + 6 * BLOCK_LENGTH;
const WORK = COEFFICIENTS + 128;
const STEPS = WORK + 256;
/** Steps or codes as the file has them. */
const SEGMENT = STEPS + 4 * 128;
const TABLES = SEGMENT + 16 + 256;
const TABLE_LENGTH = 4608;
const FREE = aligned(TABLES + 8 * TABLE_LENGTH);

/** Pixels up to which an image is decoded here: the memory for the largest stays, five to seven bytes for each. */
const LARGEST = 2 ** 23;

/** Rows of a component's pixels. */
interface Plane {
  readonly at: number;
  readonly stride: number;
}

let decoder: JpegDecoder | undefined;

/**
 * Decodes the usual kind of JPEG file (see `readJpegHeader`) to the pixels that libjpeg-turbo gives with its default
 * settings, which are PIL's. `null` for all others, and for files with any fault: libvips decodes these, or says what is
 * wrong.
 */
export function decodeJpeg(bytes: Uint8Array): Image | null {
  const header = readJpegHeader(bytes);
  if (header === null) return null;
  decoder ??= new JpegDecoder();
  return decoder.decode(bytes, header);
}

class JpegDecoder {
  readonly #module = instantiate(compiledDecoder) as Decoder;
  readonly #memory = new ModuleMemory(this.#module.memory);

  decode(bytes: Uint8Array, header: JpegHeader): Image | null {
    const { width, height, components } = header;
    const layout = components.map(({ across, down }) => `${across}x${down}`).join(' ');
    const halved = layout === '2x2 1x1 1x1';
    // Colours of two columns or fewer are not interpolated.
    if (!(halved && width > 4) && layout !== '1x1 1x1 1x1') return null;
    if (width * height > LARGEST) return null;
    const side = halved ? 16 : 8;
    const [across, down] = [Math.ceil(width / side), Math.ceil(height / side)];
    const file = FREE;
    const stream = aligned(file + bytes.length + 16) + 16;
    // Bits are read ahead of checks by less than this.
    let free = aligned(stream + bytes.length) + 4096;
    const planes = components.map((component): Plane => {
      const plane = { at: free, stride: across * component.across * 8 };
      free = aligned(free + plane.stride * down * component.down * 8 + 16);
      return plane;
    });
    const lines = free;
    const out = aligned(lines + 4 * (width + 64));
    const length = width * height * 3;
    this.#memory.reach(out + length);
    if (!this.#prepare(header, planes)) return null;
    this.#memory.bytes.set(bytes, file);
    const end = this.#module.readStream(file + header.scan, file + bytes.length, stream) - file;
    if (bytes[end] !== 0xff || bytes[end + 1] !== 0xd9) return null;
    const bits = (this.#memory.ints[(stream - 4) >> 2] ?? 0) * 8;
    const count = halved ? 6 : 3;
    const streamEnd = stream + bits / 8;
    const used = this.#module.decodeScan(stream, streamEnd, BLOCKS, count, across, down, COEFFICIENTS, WORK);
    // The last byte is filled up with bits of no use.
    if (used > bits || used <= bits - 8) return null;
    this.#convert(planes, halved, width, height, lines, out);
    return { width, height, data: this.#memory.bytes.slice(out, out + length) };
  }

  #convert(
    [luma, cb, cr]: readonly Plane[],
    halved: boolean,
    width: number,
    height: number,
    lines: number,
    out: number,
  ): void {
    if (luma === undefined || cb === undefined || cr === undefined) return;
    const { convertHalved, convertFull } = this.#module;
    if (halved) convertHalved(luma.at, luma.stride, cb.at, cr.at, cb.stride, width, height, lines, out);
    else convertFull(luma.at, cb.at, cr.at, luma.stride, width, height, out);
  }

  /** Writes steps, tables and the records of a unit's blocks; whether the header has what they need. */
  #prepare(header: JpegHeader, planes: readonly Plane[]): boolean {
    const { ints, bytes } = this.#memory;
    bytes.fill(0, PREDICTORS, STEPS);
    for (const [index, steps] of header.steps) {
      bytes.set(steps, SEGMENT);
      this.#module.orderSteps(SEGMENT, STEPS + index * 128);
    }
    for (const [index, codes] of header.dcCodes) if (!this.#build(index, codes, true)) return false;
    for (const [index, codes] of header.acCodes) if (!this.#build(4 + index, codes, false)) return false;
    let record = BLOCKS >> 2;
    for (const [place, component] of header.components.entries()) {
      const { across, down, dcIndex, acIndex, stepsIndex } = component;
      const { at, stride } = planes[place] ?? { at: 0, stride: 0 };
      const known = header.dcCodes.has(dcIndex) && header.acCodes.has(acIndex);
      if (!known || !header.steps.has(stepsIndex)) return false;
      for (let block = 0; block < across * down; block++) {
        const first = at + Math.floor(block / across) * 8 * stride + (block % across) * 8;
        ints[record] = TABLES + dcIndex * TABLE_LENGTH;
        ints[record + 1] = TABLES + (4 + acIndex) * TABLE_LENGTH;
        ints[record + 2] = STEPS + stepsIndex * 128;
        ints[record + 3] = first;
        ints[record + 4] = stride;
        ints[record + 5] = across * 8;
        ints[record + 6] = down * 8 * stride;
        ints[record + 7] = PREDICTORS + place * 4;
        record += BLOCK_LENGTH / 4;
      }
    }
    return true;
  }

  #build(index: number, codes: Uint8Array, isDc: boolean): boolean {
    this.#memory.bytes.set(codes, SEGMENT);
    const table = TABLES + index * TABLE_LENGTH;
    return this.#module.buildTable(table, SEGMENT, SEGMENT + 16, isDc ? 1 : 0) !== 0;
  }
}
