import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FulgurError, messageOf } from '../errors';
import { makeFolder } from './make-folder';

/** The number of bytes that are written at once. */
const PIECE = 1 << 26;

/** How files are opened; tests provide their own. */
export type OpenFile = (path: string, flags: string) => Promise<FileHandle>;

/** A file's contents as successive parts; together they may be larger than any array. */
export type FileParts = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Writes a file, and returns only when its contents would survive a power failure; its entry in the folder does so
 * after `syncFolder`.
 *
 * @param flags `wx` if it must be a new file, `w` if it may replace an existing one.
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
 * Replaces a file's contents by way of a second file: a reader finds the old or the new contents, complete, even after
 * a power failure. If it fails, the file is unchanged.
 *
 * @param aside where the contents are written first. A killed process leaves that file behind, so a file with one
 *   writer has one such name, which the next write reuses.
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

/** Forces a folder's entries to disk: without it, a file just created or renamed may be gone after a power failure. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders, and does not need this.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/**
 * Writes all data: a system call accepts less than 2 GiB, and on a disk that fills up it writes only part of its data,
 * without an error.
 *
 * @param position in the file; `null` for its current position.
 */
export async function writeAll(file: FileHandle, data: Uint8Array, position: number | null): Promise<void> {
  for (let done = 0; done < data.length;) {
    const at = position === null ? null : position + done;
    const { bytesWritten } = await file.write(data, done, Math.min(PIECE, data.length - done), at);
    if (bytesWritten === 0) throw new Error(`only ${done} of ${data.length} bytes were written`);
    done += bytesWritten;
  }
}

/**
 * Writes a file of successive parts that exists completely or not at all, and survives a power failure; its folder is
 * created.
 *
 * @throws FulgurError `data`, naming the file.
 */
export async function writeWhole(path: string, ...parts: readonly Uint8Array[]): Promise<void> {
  try {
    await makeFolder(dirname(path));
    // Evaluations may run in parallel.
    await replaceFile(path, parts, { aside: `${path}.${process.pid}.new` });
  } catch (cause) {
    throw new FulgurError('data', {
      what: `${path} cannot be written: ${messageOf(cause)}.`,
      fix: 'Free space on the disk or make the folder writable.',
      cause,
    });
  }
}
