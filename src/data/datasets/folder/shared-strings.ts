import { nameBytes, nameOfBytes } from './file-name';

/** Many file names in shared memory, which threads read without copying them. */
export interface SharedStringsSpec {
  /** The names' bytes as in the file system, concatenated. */
  readonly bytes: Uint8Array;
  /** Where each string starts, and the end of the last. */
  readonly offsets: Uint32Array;
}

export class SharedStrings {
  constructor(readonly spec: SharedStringsSpec) {}

  static from(strings: readonly string[]): SharedStrings {
    const offsets = new Uint32Array(new SharedArrayBuffer((strings.length + 1) * 4));
    const all = strings.map(nameBytes);
    let end = 0;
    all.forEach(({ length }, index) => {
      end += length;
      offsets[index + 1] = end;
    });
    const bytes = new Uint8Array(new SharedArrayBuffer(end));
    all.forEach((name, index) => bytes.set(name, offsets[index]));
    return new SharedStrings({ bytes, offsets });
  }

  get length(): number {
    return this.spec.offsets.length - 1;
  }

  at(index: number): string {
    const { bytes, offsets } = this.spec;
    return nameOfBytes(Buffer.from(bytes.buffer).subarray(offsets[index] ?? 0, offsets[index + 1] ?? 0));
  }
}
