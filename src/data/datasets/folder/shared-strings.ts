/** Many strings in shared memory, for threads to read without a copy each. */
export interface SharedStringsSpec {
  /** UTF-8, one string after the other. */
  readonly bytes: Uint8Array;
  /** Where each string begins, and the end of the last. */
  readonly offsets: Uint32Array;
}

export class SharedStrings {
  constructor(readonly spec: SharedStringsSpec) {}

  static from(strings: readonly string[]): SharedStrings {
    const offsets = new Uint32Array(new SharedArrayBuffer((strings.length + 1) * 4));
    let end = 0;
    strings.forEach((text, index) => {
      end += Buffer.byteLength(text);
      offsets[index + 1] = end;
    });
    const bytes = new Uint8Array(new SharedArrayBuffer(end));
    const writer = Buffer.from(bytes.buffer);
    strings.forEach((text, index) => writer.write(text, offsets[index] ?? 0));
    return new SharedStrings({ bytes, offsets });
  }

  get length(): number {
    return this.spec.offsets.length - 1;
  }

  at(index: number): string {
    const { bytes, offsets } = this.spec;
    return Buffer.from(bytes.buffer).toString('utf8', offsets[index] ?? 0, offsets[index + 1] ?? 0);
  }
}
