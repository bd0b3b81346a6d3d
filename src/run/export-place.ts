import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { FulgurError, messageOf } from '../errors';
import { makeFolder, syncFolder } from '../system';

/** The record by which a folder is recognised as an export. */
const FOLDER_RECORD = 'export.json';

/**
 * The destination of an export: it is written and checked in a temporary place and then moved, so that readers never
 * find a partial or unchecked export.
 */
export class ExportPlace {
  private constructor(
    /** Absolute path. */
    readonly path: string,
    /** Temporary path, in the same folder. */
    readonly aside: string,
    private readonly isFolder: boolean,
  ) {}

  /**
   * Checks whether the destination can be written, before anything takes time.
   *
   * @param out the path as the user gave it, relative to the current folder.
   * @throws FulgurError `config` for a destination that exists, `data` for a folder that cannot be written.
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
      // Detects a folder that cannot be written before the model is traced.
      await mkdir(aside);
      if (!isFolder) await rm(aside, { recursive: true });
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
    return new ExportPlace(path, aside, isFolder);
  }

  /** Path of the export's record: beside a file, or inside a folder. */
  recordOf(path: string): string {
    return this.isFolder ? join(path, FOLDER_RECORD) : `${path}.json`;
  }

  /** Moves the temporary export to its destination, replacing what was there. */
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

  /** Removes temporary files. */
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
    what: `${path} already exists.`,
    fix: 'Give another path with --out, or replace it with --overwrite.',
  });
}

/** A folder is removed with all its contents, so it must be an export or empty. */
async function requireExport(path: string): Promise<void> {
  const names = await readdir(path);
  if (names.length === 0 || names.includes(FOLDER_RECORD)) return;
  throw new FulgurError('config', {
    what: `${path} is a folder that is not an export: it has no ${FOLDER_RECORD}.`,
    why: '--overwrite removes a folder with all its contents.',
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
