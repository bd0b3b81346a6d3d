import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FulgurError, messageOf } from '../errors';
import { makeFolder, syncFolder } from '../system';

/** The record of an export that is a folder, by which it is known. */
const FOLDER_RECORD = 'export.json';

/**
 * Where an export goes: it is written and tried aside, and then moved to its place, so that no reader finds half of one, and
 * none that was not checked.
 */
export class ExportPlace {
  private constructor(
    /** Absolute. */
    readonly path: string,
    /** Where it is written first, in the same folder. */
    readonly aside: string,
    private readonly isFolder: boolean,
  ) {}

  /**
   * Looks whether something can be written there, before anything takes time.
   *
   * @param out as the user gave it, relative to the current folder.
   * @throws FulgurError `config` for what is there already, `data` for a folder that cannot be written.
   */
  static async open(
    out: string,
    { isFolder, overwrite }: { readonly isFolder: boolean; readonly overwrite: boolean },
  ): Promise<ExportPlace> {
    const path = resolve(out);
    await requireFree(path, isFolder, overwrite);
    const aside = join(dirname(path), `.${basename(path)}.${randomUUID().slice(0, 8)}.new`);
    try {
      await makeFolder(dirname(path));
      // A folder that cannot be written is found before the model is traced.
      await mkdir(aside);
      if (!isFolder) await rm(aside, { recursive: true });
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
    return new ExportPlace(path, aside, isFolder);
  }

  /** Where the record of the export stands: beside a file, in a folder. */
  recordOf(path: string): string {
    return this.isFolder ? join(path, FOLDER_RECORD) : `${path}.json`;
  }

  /** Moves what was written aside to its place, in the place of what was there. */
  async finish(): Promise<void> {
    try {
      if (this.isFolder) await rm(this.path, { recursive: true, force: true });
      else await rename(this.recordOf(this.aside), this.recordOf(this.path));
      await rename(this.aside, this.path);
      await syncFolder(dirname(this.path));
    } catch (cause) {
      throw cannotWrite(this.path, cause);
    }
  }

  /** Removes what is left aside. */
  async discard(): Promise<void> {
    await rm(this.aside, { recursive: true, force: true });
    if (!this.isFolder) await rm(this.recordOf(this.aside), { force: true });
  }
}

async function requireFree(path: string, isFolder: boolean, overwrite: boolean): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (found.isDirectory() !== isFolder) {
    throw new FulgurError('config', {
      what: `${path} is a ${found.isDirectory() ? 'folder' : 'file'}, and this format writes a ${isFolder ? 'folder' : 'file'}.`,
      fix: 'Give another path with --out.',
    });
  }
  if (overwrite) {
    if (isFolder) await requireExport(path);
    return;
  }
  throw new FulgurError('config', {
    what: `${path} is there already.`,
    fix: 'Give another path with --out, or --overwrite to put the export in its place.',
  });
}

/** A folder is removed with all that is in it, so it has to be an export, or empty. */
async function requireExport(path: string): Promise<void> {
  const names = await readdir(path);
  if (names.length === 0 || names.includes(FOLDER_RECORD)) return;
  throw new FulgurError('config', {
    what: `${path} is a folder that is not an export: it has no ${FOLDER_RECORD}.`,
    why: '--overwrite removes a folder with all that is in it.',
    fix: 'Give another path with --out, or remove the folder yourself.',
  });
}

function cannotWrite(path: string, cause: unknown): FulgurError {
  return new FulgurError('data', {
    what: `${path} cannot be written: ${messageOf(cause)}.`,
    fix: 'Make the folder writable, free space on the disk, or give another path with --out.',
    cause,
  });
}
