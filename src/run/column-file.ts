import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeFolder } from '../system';

/** Small enough for the objects made from a part to be collected in the young generation. */
const PART_BYTES = 1 << 16;

/** Values that are written one after another, to a temporary file until all are complete. */
export class ColumnFile {
  private constructor(
    private readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /** Starts a column; an existing file at the path is overwritten. */
  static async create(path: string): Promise<ColumnFile> {
    await makeFolder(dirname(path));
    return new ColumnFile(path, await open(path, 'w+'));
  }

  /**
   * Continues a column that has `bytes` bytes; anything after them is cut off.
   *
   * @throws Error if it has fewer.
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

  /** Resolves when all of it would survive a power cut. */
  sync(): Promise<void> {
    return this.file.sync();
  }

  /** Reads the whole column from the start. */
  async *parts(): AsyncGenerator<Uint8Array> {
    for (let position = 0; ;) {
      const part = new Uint8Array(PART_BYTES);
      const { bytesRead } = await this.file.read(part, 0, part.length, position);
      if (bytesRead === 0) return;
      yield part.subarray(0, bytesRead);
      position += bytesRead;
    }
  }

  /** Closes the file and keeps it, so that another process can continue it. */
  async close(): Promise<void> {
    await this.file.close().catch(() => undefined);
  }

  /** Deletes the file. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }
}
