import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FulgurError, messageOf } from '../errors';
import { makeFolder } from './make-folder';

/** So much is written at once. */
const PIECE = 1 << 26;

/** How files are opened; tests give their own. */
export type OpenFile = (path: string, flags: string) => Promise<FileHandle>;

/** A file's contents in parts that follow each other; together they may be larger than any array can be. */
export type FileParts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a file, and returns only when its contents would survive a power cut; its entry in the folder does so after
 * `syncFolder`.
 *
 * @param flags `wx` where it must be a new one, `w` where it takes the place of what is there.
 */
export async function writeDurably(
  path: string,
  parts: FileParts,
  flags: 'w' | 'wx' = 'wx',
  openFile: OpenFile = open,
): Promise<void> {
  const file = await openFile(path, flags);
  try {
    for await (const part of parts) await writeAll(file, part, null);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Puts other contents into a file, aside first: a reader finds the old ones or the new ones, whole, also after a power
 * cut. Where it fails, the file is as it was.
 *
 * @param aside where they are written first. A killed process leaves that behind, so a file of one writer has one such
 *   name, which the next write takes.
 */
export async function replaceFile(
  path: string,
  parts: FileParts,
  { aside = `${path}.new`, openFile = open }: { readonly aside?: string; readonly openFile?: OpenFile } = {},
): Promise<void> {
  try {
    await writeDurably(aside, parts, 'w', openFile);
    await rename(aside, path);
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(path));
}

/** Forces a folder's entries to disk: without it, a file just made or renamed may be gone after a power cut. */
export async function syncFolder(path: string): Promise<void> {
  // Windows opens no folders, and needs none of this.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * Writes all of it: a system call takes less than 2 GiB, and a disk that fills up takes a part of what one call offers,
 * without an error.
 *
 * @param position in the file; `null` for where it stands.
 */
export async function writeAll(file: FileHandle, data: Uint8Array, position: number | null): Promise<void> {
  for (let done = 0; done < data.length;) {
    const at = position === null ? null : position + done;
    const { bytesWritten } = await file.write(data, done, Math.min(PIECE, data.length - done), at);
    if (bytesWritten === 0) throw new Error(`only ${done} of ${data.length} bytes were taken`);
    done += bytesWritten;
  }
}

/**
 * Writes a file, whose parts follow each other, that is there whole or not at all, and survives a power cut; its folder is
 * made.
 *
 * @throws FulgurError `data`, naming the file.
 */
export async function writeWhole(path: string, ...parts: readonly Uint8Array[]): Promise<void> {
  try {
    await makeFolder(dirname(path));
    // Evaluations may run side by side.
    await replaceFile(path, parts, { aside: `${path}.${process.pid}.new` });
  } catch (cause) {
    throw new FulgurError('data', {
      what: `${path} cannot be written: ${messageOf(cause)}.`,
      fix: 'Free space on the disk or make the folder writable.',
      cause,
    });
  }
}
