import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../system';

/** Small enough for what is made of a part to be gone with the young objects. */
const PART_BYTES = 1 << 16;

/** Values that are written one after the other, in a file of their own until all are there. */
export class ColumnFile {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Begins a column; what lies at the path is gone. */
  static async create(path: string): Promise<ColumnFile> {
    await makeFolder(dirname(path));
    return new ColumnFile(path, await open(path, 'w+'));
  }

  /**
   * Goes on with a column that has so many bytes; what follows them is cut off.
   *
   * @throws Error where it has fewer.
   */
  static async reopen(path: string, bytes: number): Promise<ColumnFile> {
    const file = await open(path, 'a+');
    try {
      const { size } = await file.stat();
      if (size < bytes) throw new Error(`${path} has ${size} bytes instead of ${bytes}`);
      await file.truncate(bytes);
      return new ColumnFile(path, file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  append(bytes: Uint8Array): Promise<void> {
    return this.file.appendFile(bytes);
  }

  /** Returns when all of it would survive a power cut. */
  sync(): Promise<void> {
    return this.file.sync();
  }

  /** All of it, from the beginning. */
  async *parts(): AsyncGenerator<Uint8Array> {
    for (let position = 0; ;) {
      const part = new Uint8Array(PART_BYTES);
      const { bytesRead } = await this.file.read(part, 0, part.length, position);
      if (bytesRead === 0) return;
      yield part.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  /** Leaves the file for somebody to go on with. */
  async close(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }

  /** Takes the file away. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }
}
