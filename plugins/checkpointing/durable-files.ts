import { open, rename, rm } from 'node:fs/promises';
import { makeFolder } from '../../src';
import type { FileParts } from './file-parts';

/** The changes on the disk that saving needs, each one done for good when its promise resolves. */
export class DurableFiles {
  async makeFolder(path: string): Promise<void> {
    await makeFolder(path);
  }

  /** Writes a new file. */
  async write(path: string, parts: FileParts): Promise<void> {
    const file = await open(path, 'wx');
    try {
      // It writes pieces of a size that the system takes, and the rest of each.
      for (const part of parts) await file.appendFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Renames a file or a folder; a file of the new name is replaced in one step. */
  async rename(from: string, to: string): Promise<void> {
    await rename(from, to);
  }

  /** Makes the entries of a folder last: without it, a renamed file may be gone after a power cut. */
  async syncFolder(path: string): Promise<void> {
    // Windows opens no folders, and needs none of this.
    if (process.platform === 'win32') return;
    const folder = await open(path, 'r');
    await folder.sync().finally(() => folder.close());
  }

  async remove(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true });
  }
}
