/** One component of a JPEG file: luma, or one of the two colour differences. */
export interface JpegComponent {
  readonly id: number;
  /** How many of its blocks a unit holds, across and down. */
  readonly across: number;
  readonly down: number;
  readonly stepsIndex: number;
  dcIndex: number;
  acIndex: number;
}

/** A Huffman table as the file has it: counts of the codes of 1 to 16 bits, then the symbols. */
export type HuffmanCodes = Uint8Array;

/** What a JPEG file says before its scan. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: readonly JpegComponent[];
  /** Quantisation steps by index, in the file's order. */
  readonly steps: ReadonlyMap<number, Uint8Array>;
  readonly dcCodes: ReadonlyMap<number, HuffmanCodes>;
  readonly acCodes: ReadonlyMap<number, HuffmanCodes>;
  /** Where the scan's bytes begin. */
  readonly scan: number;
}

const START_OF_IMAGE = 0xd8;
const BASELINE = 0xc0;
const EXTENDED = 0xc1;
const HUFFMAN_TABLES = 0xc4;
const START_OF_SCAN = 0xda;
const STEPS = 0xdb;
const JFIF = 0xe0;
const ADOBE = 0xee;
const COMMENT = 0xfe;

/**
 * Reads the header of the usual kind of JPEG file: sequential, 8 bits, YCbCr, one scan, Huffman codes, no restarts. `null`
 * for every other kind, and for a header that is broken.
 */
export function readJpegHeader(bytes: Uint8Array): JpegHeader | null {
  const header = new HeaderReader(bytes);
  return header.read() ? header.result() : null;
}

class HeaderReader {
  readonly #steps = new Map<number, Uint8Array>();
  readonly #dcCodes = new Map<number, HuffmanCodes>();
  readonly #acCodes = new Map<number, HuffmanCodes>();
  readonly #components: JpegComponent[] = [];
  #width = 0;
  #height = 0;
  #scan = 0;
  #isYCbCr = false;

  constructor(private readonly bytes: Uint8Array) {}

  /** Goes through the segments; whether they are those of the usual kind. */
  read(): boolean {
    if (this.#byte(0) !== 0xff || this.#byte(1) !== START_OF_IMAGE) return false;
    let at = 2;
    while (this.#scan === 0) {
      const length = this.#short(at + 2);
      const end = at + 2 + length;
      if (this.#byte(at) !== 0xff || length < 2 || end > this.bytes.length) return false;
      if (!this.#readSegment(this.#byte(at + 1), this.bytes.subarray(at + 4, end), end)) return false;
      at = end;
    }
    // Without a word on colours, these numbers stand for YCbCr.
    return this.#isYCbCr || this.#components.every(({ id }, place) => id === place + 1);
  }

  result(): JpegHeader {
    return {
      width: this.#width,
      height: this.#height,
      components: this.#components,
      steps: this.#steps,
      dcCodes: this.#dcCodes,
      acCodes: this.#acCodes,
      scan: this.#scan,
    };
  }

  #readSegment(marker: number, segment: Uint8Array, end: number): boolean {
    if (marker === BASELINE || marker === EXTENDED) return this.#readFrame(segment);
    if (marker === HUFFMAN_TABLES) return this.#readCodes(segment);
    if (marker === STEPS) return this.#readSteps(segment);
    if (marker === START_OF_SCAN) {
      this.#scan = end;
      return this.#readScan(segment);
    }
    const text = String.fromCharCode(...segment.subarray(0, 5));
    if (marker === JFIF && text === 'JFIF\0') this.#isYCbCr = true;
    // Adobe's files may hold other colours: its own segment says which, and 1 is YCbCr.
    if (marker === ADOBE && text === 'Adobe') {
      this.#isYCbCr = true;
      return segment[11] === 1;
    }
    return (marker >= JFIF && marker <= 0xef) || marker === COMMENT;
  }

  #readFrame(segment: Uint8Array): boolean {
    const [precision = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, count = 0] = segment;
    this.#height = (h1 << 8) | h0;
    this.#width = (w1 << 8) | w0;
    if (precision !== 8 || count !== 3 || segment.length !== 15 || this.#components.length > 0) return false;
    for (let at = 6; at < 15; at += 3) {
      const [id = 0, factors = 0, stepsIndex = 0] = segment.subarray(at, at + 3);
      const sides = { across: factors >> 4, down: factors & 15 };
      this.#components.push({ id, ...sides, stepsIndex, dcIndex: 0, acIndex: 0 });
    }
    return this.#width > 0 && this.#height > 0;
  }

  #readSteps(segment: Uint8Array): boolean {
    for (let at = 0; at < segment.length; at += 65) {
      const index = segment[at] ?? 0;
      // Larger numbers are steps of 16 bits.
      if (index > 3 || at + 65 > segment.length) return false;
      this.#steps.set(index, segment.subarray(at + 1, at + 65));
    }
    return true;
  }

  #readCodes(segment: Uint8Array): boolean {
    let at = 0;
    while (at < segment.length) {
      const index = segment[at] ?? 0;
      const symbols = segment.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
      const end = at + 17 + symbols;
      if ((index & 0xef) > 3 || symbols > 256 || end > segment.length) return false;
      const tables = index < 16 ? this.#dcCodes : this.#acCodes;
      tables.set(index & 15, segment.subarray(at + 1, end));
      at = end;
    }
    return true;
  }

  #readScan(segment: Uint8Array): boolean {
    if (segment.length !== 10 || segment[0] !== 3 || this.#components.length !== 3) return false;
    for (const [place, component] of this.#components.entries()) {
      const tables = segment[2 + 2 * place] ?? 0;
      if (segment[1 + 2 * place] !== component.id) return false;
      component.dcIndex = tables >> 4;
      component.acIndex = tables & 15;
    }
    // All coefficients, in one piece.
    return segment[7] === 0 && segment[8] === 63 && segment[9] === 0;
  }

  #byte(at: number): number {
    return this.bytes[at] ?? 0;
  }

  #short(at: number): number {
    return (this.#byte(at) << 8) | this.#byte(at + 1);
  }
}
