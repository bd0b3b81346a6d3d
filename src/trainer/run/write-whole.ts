import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FulgurError, messageOf } from '../../errors';
import { makeFolder } from '../../system';

/**
 * Writes a file, whose parts follow each other, that is there whole or not at all, and survives a power cut; its folder is made.
 *
 * @throws FulgurError `data`, naming the file.
 */
export async function writeWhole(path: string, ...parts: readonly Uint8Array[]): Promise<void> {
  const aside = `${path}.${process.pid}.new`;
  try {
    await makeFolder(dirname(path));
    const file = await open(aside, 'w');
    try {
      // Not at once: a system call takes less than 2 GiB, and an array not much more.
      for (const part of parts) await file.appendFile(part);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(aside, path);
    const folder = await open(dirname(path), 'r');
    await folder.sync().finally(() => folder.close());
  } catch (cause) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw new FulgurError('data', {
      what: `${path} cannot be written: ${messageOf(cause)}.`,
      fix: 'Free space on the disk or make the folder writable.',
      cause,
    });
  }
}
