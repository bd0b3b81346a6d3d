import { readSync } from 'node:fs';

/** Enough for a header, short contents and the next header. */
const WINDOW_BYTES = 4096;

/** A shard's bytes at any position, read slightly ahead, so that a header costs less than one system call. */
export class ShardBytes {
  #window = Buffer.alloc(0);
  #start = 0;

  /** @param size the file's size in bytes when indexing started. */
  constructor(
    private readonly file: number,
    readonly size: number,
  ) {}

  /**
   * Returns a copy of the bytes at a position; fewer at the end of the file.
   *
   * @throws Error the system's, if the file cannot be read.
   */
  at(position: number, length: number): Buffer {
    const wanted = Math.max(0, Math.min(length, this.size - position));
    const isInside = position >= this.#start && position + wanted <= this.#start + this.#window.length;
    if (!isInside) this.#fill(position, Math.min(Math.max(wanted, WINDOW_BYTES), this.size - position));
    return Buffer.from(this.#window.subarray(position - this.#start, position - this.#start + wanted));
  }

  #fill(position: number, length: number): void {
    const window = Buffer.alloc(Math.max(0, length));
    let filled = 0;
    while (filled < window.length) {
      const read = readSync(this.file, window, filled, window.length - filled, position + filled);
      if (read === 0) break;
      filled += read;
    }
    this.#window = window.subarray(0, filled);
    this.#start = position;
  }
}
