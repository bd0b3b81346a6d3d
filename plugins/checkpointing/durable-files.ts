import { rename, rm } from 'node:fs/promises';
import { makeFolder, syncFolder, writeDurably } from '../../src';
import type { FileParts } from './file-parts';

/** The changes on the disk that saving needs, each one done for good when its promise resolves; tests break them off. */
export class DurableFiles {
  async makeFolder(path: string): Promise<void> {
    await makeFolder(path);
  }

  /** Writes a new file. */
  write(path: string, parts: FileParts): Promise<void> {
    return writeDurably(path, parts);
  }

  /** Renames a file or a folder; a file of the new name is replaced in one step. */
  rename(from: string, to: string): Promise<void> {
    return rename(from, to);
  }

  /** Makes the entries of a folder last. */
  syncFolder(path: string): Promise<void> {
    return syncFolder(path);
  }

  remove(path: string): Promise<void> {
    return rm(path, { recursive: true, force: true });
  }
}
