import { rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Header } from 'tar-stream';
import { extract } from 'tar-stream';
import { FulgurError } from '../../../errors';
import { makeFolder, openRegularFile, syncFolder, writeDurably } from '../../../system';
import { reasonOf } from '../data-errors';
import { ownedName } from '../download/owned-name';
import { findAbandoned } from '../download/partial-file';
import type { CifarArchive } from './archive';
import { recordBytes } from './archive';

const mostTextBytes = 1 << 16;

/**
 * Unpacks a CIFAR data set's archive into `folder`, which then contains the `.bin` files. The folder appears complete
 * or not at all. Only expected names are written, so no entry can reach another place.
 *
 * @throws FulgurError of kind `data` if the archive is broken or contains anything else.
 */
export async function extractArchive(path: string, folder: string, archive: CifarArchive): Promise<void> {
  for (const left of await findAbandoned(folder)) await rm(left, { recursive: true, force: true });
  const making = ownedName(folder);
  await rm(making, { recursive: true, force: true });
  await makeFolder(making);
  try {
    const written = await writeEntries(path, making, archive);
    const missing = archive.files.map(({ name }) => name).filter((name) => !written.has(name));
    if (missing.length > 0) throw refused(archive, path, `it lacks ${missing.join(', ')}`);
    await syncFolder(making);
    await putInPlace(making, folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

async function writeEntries(path: string, folder: string, archive: CifarArchive): Promise<Set<string>> {
  const written = new Set<string>();
  const entries = extract();
  const source = await openRegularFile(path).catch((error: unknown) => {
    throw refused(archive, path, reasonOf(error), error);
  });
  const unzipped = pipeline(source.createReadStream(), createGunzip(), entries);
  // Its failure also ends the loop below, which reports it.
  unzipped.catch(() => undefined);
  try {
    for await (const entry of entries) {
      const name = acceptedName(archive, path, entry.header);
      if (name !== null) {
        if (written.has(name)) throw refused(archive, path, `it contains ${name} twice`);
        written.add(name);
        await writeEntry(entry as unknown as AsyncIterable<Buffer>, join(folder, name));
      }
      entry.resume();
    }
    await unzipped;
  } catch (error) {
    entries.destroy();
    if (error instanceof FulgurError || isDiskError(error)) throw error;
    throw refused(archive, path, reasonOf(error), error);
  }
  return written;
}

/** Returns the file name under which an entry is written, or `null` for the enclosing folder. */
function acceptedName(archive: CifarArchive, path: string, { name, type, size }: Header): string | null {
  const { title, archiveFolder, files, texts } = archive;
  if (type === 'directory' && (name === `${archiveFolder}/` || name === archiveFolder)) return null;
  const shown = JSON.stringify(name);
  if (type !== 'file') throw refused(archive, path, `its entry ${shown} is a ${type}`);
  const file = files.find((one) => name === `${archiveFolder}/${one.name}`);
  const text = texts.find((one) => name === `${archiveFolder}/${one}`);
  const base = file?.name ?? text;
  if (base === undefined) {
    throw refused(archive, path, `its entry ${shown} does not belong to ${title}`);
  }
  if (file === undefined ? size > mostTextBytes : size !== file.records * recordBytes(archive)) {
    throw refused(archive, path, `its entry ${shown} has ${size} bytes`);
  }
  return base;
}

async function writeEntry(entry: AsyncIterable<Buffer>, path: string): Promise<void> {
  await writeDurably(path, entry);
}

async function putInPlace(making: string, folder: string): Promise<void> {
  try {
    await rename(making, folder);
  } catch (error) {
    // Another process may have been faster; its folder is just as good.
    const found = await stat(folder).catch(() => null);
    if (found?.isDirectory() !== true) throw error;
  }
  await syncFolder(dirname(folder));
}

function isDiskError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function refused({ title }: CifarArchive, path: string, reason: string, cause?: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The archive ${path} is not ${title}'s binary version: ${reason}.`,
    fix: 'Delete it and download it again.',
    cause,
  });
}
