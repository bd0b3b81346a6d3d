import { appendFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  FulgurError,
  makeFolder,
  messageOf,
  readRegularFile,
  replaceFile,
  syncFolder,
  writeAll,
} from '../../src';
import type { OpenFile } from '../../src';

/** A file to which whole pieces are appended: the rest of a failed write is cut off again. */
export class AppendedFile {
  /** Length of the file up to the end of the last whole piece. */
  private bytes = 0;

  /** @param waiting returns the number of rows that a failed write leaves in memory, for its report. */
  constructor(
    readonly path: string,
    private readonly waiting: () => number,
    private readonly openFile: OpenFile = open,
  ) {}

  /**
   * Appends a piece; the first piece creates the file.
   *
   * @throws FulgurError `plugin`, naming the file, with nothing added; also if the file has become shorter than what
   *   was written to it.
   */
  async append(data: Uint8Array): Promise<void> {
    await this.guard(async () => {
      if (this.bytes === 0) await makeFolder(dirname(this.path));
      // A file that existed and was deleted is not created again: its beginning would be missing.
      await this.with(this.bytes === 0 ? 'w' : 'r+', (file) => this.appendTo(file, data));
    });
    this.bytes += data.length;
  }

  /**
   * Appends a piece synchronously: for a run's last messages, after which nothing is awaited.
   *
   * @throws the file system's error.
   */
  appendAtOnce(data: string): void {
    appendFileSync(this.path, data);
    this.bytes += Buffer.byteLength(data);
  }

  /**
   * Replaces the contents of the file through a temporary file, so that a reader always finds a complete one.
   *
   * @throws FulgurError `plugin`, naming the file, which is then unchanged.
   */
  async replace(data: Uint8Array): Promise<void> {
    await this.guard(async () => {
      await makeFolder(dirname(this.path));
      await replaceFile(this.path, [data], { openFile: this.openFile });
    });
    this.bytes = data.length;
  }

  /** Resolves only when the file would survive a power cut. */
  async sync(): Promise<void> {
    if (this.bytes === 0) return;
    await this.guard(async () => {
      await this.with('r+', (file) => file.sync());
      await syncFolder(dirname(this.path));
    }, 'What was written last may be lost in a power cut.');
  }

  /** Returns the file's text; `null` if it does not exist. */
  async read(): Promise<string | null> {
    return textOf(this.path);
  }

  private async appendTo(file: FileHandle, data: Uint8Array): Promise<void> {
    const { size } = await file.stat();
    if (size < this.bytes) throw this.cutShort(size);
    if (size > this.bytes) await file.truncate(this.bytes);
    try {
      await writeAll(file, data, this.bytes);
    } catch (error) {
      // If this fails too, the next write or the next start cuts off the rest.
      await file.truncate(this.bytes).catch(() => undefined);
      throw error;
    }
  }

  private async with(flags: string, use: (file: FileHandle) => Promise<void>): Promise<void> {
    const file = await this.openFile(this.path, flags);
    await use(file).finally(() => file.close());
  }

  private cutShort(size: number): FulgurError {
    return new FulgurError('plugin', {
      what: `${this.path} has ${size} bytes, but ${this.bytes} were written to it.`,
      why: `Another program shortened it; ${this.waiting()} rows of metrics wait in memory.`,
      fix: 'Keep other programs from writing to the run folder, then resume with --resume last.',
    });
  }

  private async guard(
    write: () => Promise<void>,
    why = `${this.waiting()} rows of metrics wait in memory; nothing in the file was lost.`,
  ): Promise<void> {
    try {
      await write();
    } catch (cause) {
      if (cause instanceof FulgurError) throw cause;
      throw new FulgurError('plugin', {
        what: `${this.path} cannot be written: ${messageOf(cause)}.`,
        why,
        fix: 'Free space on the disk or make the folder writable.',
        cause,
      });
    }
  }
}

/**
 * Returns a file's text; `null` if it does not exist.
 *
 * @throws FulgurError `plugin`, naming a file that cannot be read.
 */
export async function textOf(path: string): Promise<string | null> {
  try {
    return (await readRegularFile(path, Infinity)).toString('utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new FulgurError('plugin', {
      what: `${path} cannot be read: ${messageOf(cause)}.`,
      fix: 'Make the file readable, or move it away.',
      cause,
    });
  }
}
