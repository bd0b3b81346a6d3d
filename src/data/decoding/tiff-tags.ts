/** A tag's first values, the number of all its values, and the position of the first in the file. */
export interface TiffTag {
  readonly at: number;
  readonly values: readonly number[];
  readonly count: number;
}

/** The tags of a TIFF file's first image, by number. */
export type TiffTags = ReadonlyMap<number, TiffTag>;

// Enough for every tag needed to read pixels.
const mostValues = 16;

/** Bytes per value, by the type's number; values of other types are not needed. */
const sizes: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 5: 8, 16: 8 };

/**
 * Reads the tags of a TIFF or BigTIFF file's first image.
 *
 * @throws Error if the file is truncated.
 */
export function readTiffTags(bytes: Buffer): TiffTags {
  return new Reader(bytes).tags();
}

/** Returns a copy of a file with another first value of a tag, a 16-bit number. */
export function withTagValue(bytes: Buffer, { at }: TiffTag, value: number): Buffer {
  const copy = Buffer.from(bytes);
  if (bytes[0] === 0x49) copy.writeUInt16LE(value, at);
  else copy.writeUInt16BE(value, at);
  return copy;
}

class Reader {
  readonly #little: boolean;
  readonly #big: boolean;

  constructor(private readonly bytes: Buffer) {
    this.#little = bytes[0] === 0x49;
    this.#big = this.#number(2, 2) === 43;
  }

  tags(): TiffTags {
    const word = this.#big ? 8 : 4;
    const start = this.#number(this.#big ? 8 : 4, word);
    const countBytes = this.#big ? 8 : 2;
    const tags = new Map<number, TiffTag>();
    for (let entry = 0; entry < this.#number(start, countBytes); entry++) {
      const at = start + countBytes + entry * (4 + 2 * word);
      const size = sizes[this.#number(at + 2, 2)];
      const count = this.#number(at + 4, word);
      if (size === undefined) continue;
      const values = at + 4 + word;
      const first = size * count <= word ? values : this.#number(values, word);
      tags.set(this.#number(at, 2), {
        at: first,
        count,
        values: Array.from({ length: Math.min(count, mostValues) }, (_, index) =>
          this.#value(first + index * size, size),
        ),
      });
    }
    return tags;
  }

  /** Reads a whole number, or a fraction stored as two numbers. */
  #value(at: number, size: number): number {
    const isFraction = size === 8 && !this.#big;
    return isFraction ? this.#number(at, 4) / this.#number(at + 4, 4) : this.#number(at, size);
  }

  #number(at: number, size: number): number {
    if (at + size > this.bytes.length) throw new Error('the file is truncated');
    if (size === 8) {
      return Number(this.#little ? this.bytes.readBigUInt64LE(at) : this.bytes.readBigUInt64BE(at));
    }
    return this.#little ? this.bytes.readUIntLE(at, size) : this.bytes.readUIntBE(at, size);
  }
}
