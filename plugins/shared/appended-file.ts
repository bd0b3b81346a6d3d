import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FulgurError } from '../../src';

/** A file that grows at its end by whole pieces: one that a failed write left half done is written over. */
export class AppendedFile {
  /** Length of the file up to the last whole piece. */
  private bytes = 0;

  /** @param waiting rows that a failed write leaves in memory, for its report. */
  constructor(
    readonly path: string,
    private readonly waiting: () => number,
  ) {}

  /**
   * Adds to the end; the first piece makes the file.
   *
   * @throws FulgurError `plugin`, naming the file, with nothing added.
   */
  async append(data: Uint8Array): Promise<void> {
    await this.guard(async () => {
      if (this.bytes === 0) await mkdir(dirname(this.path), { recursive: true });
      // A file that is there already, and has gone, is not made anew: its beginning would be missing.
      await this.with(this.bytes === 0 ? 'w' : 'r+', async (file) => {
        await file.truncate(this.bytes);
        await file.write(data, 0, data.length, this.bytes);
      });
    });
    this.bytes += data.length;
  }

  /**
   * Puts other contents into the file, aside first, so that a reader always finds a whole one.
   *
   * @throws FulgurError `plugin`, naming the file, which is then as it was.
   */
  async replace(data: Uint8Array): Promise<void> {
    const aside = `${this.path}.new`;
    await this.guard(async () => {
      try {
        await mkdir(dirname(this.path), { recursive: true });
        await this.with('w', (file) => file.writeFile(data).then(() => file.sync()), aside);
        await rename(aside, this.path);
      } catch (error) {
        await rm(aside, { force: true });
        throw error;
      }
    });
    this.bytes = data.length;
  }

  /** Returns only when the file would survive a power cut. */
  async sync(): Promise<void> {
    if (this.bytes === 0) return;
    await this.guard(async () => {
      await this.with('r+', (file) => file.sync());
      // Without it, a file just made may be gone after a power cut. Windows opens no folders, and needs none of this.
      if (process.platform !== 'win32') await this.with('r', (folder) => folder.sync(), dirname(this.path));
    });
  }

  /** The file's text; `null` where there is no file. */
  async read(): Promise<string | null> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new FulgurError('plugin', {
        what: `${this.path} cannot be read: ${(cause as Error).message}.`,
        fix: 'Make the file readable, or move it away.',
        cause,
      });
    }
  }

  private async with(
    flags: string,
    use: (file: FileHandle) => Promise<void>,
    path: string = this.path,
  ): Promise<void> {
    const file = await open(path, flags);
    await use(file).finally(() => file.close());
  }

  private async guard(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (cause) {
      throw new FulgurError('plugin', {
        what: `${this.path} cannot be written: ${(cause as Error).message}.`,
        why: `${this.waiting()} rows of metrics wait in memory; nothing in the file was lost.`,
        fix: 'Free space on the disk or make the folder writable.',
        cause,
      });
    }
  }
}
