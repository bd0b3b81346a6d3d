import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Notify } from '../../../contracts';
import { FulgurError } from '../../../errors';
import { hidden } from '../../../system';
import { DatasetUnavailableError, reasonOf } from '../data-errors';
import type { DownloadOptions } from '../download/download';
import { download } from '../download/download';
import { fileMd5 } from '../download/file-md5';
import { TransferError } from '../download/transfer';
import type { ImageDataset, Split } from '../image-dataset';
import { extractArchive } from './extract-archive';
import { locateCifar } from './locate';
import { readRecords } from './read-records';
import type { CifarArchive } from './archive';
import { recordBytes } from './archive';

export interface CifarOptions extends DownloadOptions {
  readonly split: Split;
  /** The user's copy: a folder or the archive. */
  readonly path?: string | undefined;
  /** The folder for downloads. */
  readonly cache: string;
  /** Whether to download what is not on disk (default `true`). */
  readonly download?: boolean | undefined;
  /** Which CIFAR data set it is, and what to download. */
  readonly archive: CifarArchive;
}

/**
 * Opens CIFAR-10 or CIFAR-100: 50,000 images for training and 10,000 for testing, 32 x 32. It is read from the user's
 * folder or archive if `path` names one, otherwise from the cache, into which it is downloaded if necessary.
 *
 * @throws DatasetUnavailableError if it is neither on disk nor reachable.
 * @throws FulgurError of kind `data` if the files found are invalid.
 */
export async function openCifar(options: CifarOptions): Promise<ImageDataset> {
  const { split, path, cache, archive, onMessage } = options;
  const home = join(cache, archive.name);
  if (path !== undefined) {
    const found = await locateCifar(path, split, archive);
    const folder =
      found.kind === 'folder' ? found.folder : await unpacked(found.archive, home, archive, onMessage);
    return readRecords(folder, split, archive);
  }
  const folder = await fetchedFolder(home, options).catch((error: unknown) => {
    if (!isSystemError(error)) throw error;
    throw unavailable(archive, `It cannot be stored there: ${error.message}.`, home, error);
  });
  return readRecords(folder, split, archive);
}

/** Returns the folder in the cache, and downloads it if it does not exist yet. */
async function fetchedFolder(home: string, options: CifarOptions): Promise<string> {
  const { archive, onMessage } = options;
  const folder = join(home, archive.archiveFolder);
  if (await isWhole(folder, archive)) return folder;
  const file = join(home, archive.archiveName);
  if (await isDamaged(file, archive)) {
    onMessage?.('warning', `${file} is damaged and is downloaded again.`);
    await rm(file);
  }
  if ((await stat(file).catch(() => null)) === null) await fetchArchive(file, home, options);
  await unpack(file, folder, archive, onMessage);
  await rm(file, { force: true });
  return folder;
}

async function fetchArchive(file: string, home: string, options: CifarOptions): Promise<void> {
  const { archive } = options;
  const { url, md5, mostBytes, title } = archive;
  if (options.download === false) throw unavailable(archive, `Downloads are turned off.`, home);
  if (url.includes(hidden)) {
    const why = `The address ${url} was taken from a run's record, which omits its secrets.`;
    throw unavailable(archive, why, home);
  }
  try {
    await download({ url, file, md5, mostBytes, title }, options);
  } catch (error) {
    if (error instanceof TransferError)
      throw unavailable(archive, `${url} cannot be reached: ${error.reason}.`, home, error);
    throw error;
  }
}

/** Unpacks the user's archive into the cache once; the folder's name identifies the archive. */
async function unpacked(
  file: string,
  home: string,
  archive: CifarArchive,
  onMessage: Notify | undefined,
): Promise<string> {
  const { title, archiveName, archiveFolder, md5, mostBytes } = archive;
  const found = await fileMd5(file, mostBytes).catch((error: unknown) => {
    throw new FulgurError('data', {
      what: `The archive ${file} cannot be read: ${reasonOf(error)}.`,
      fix: `Set --data.path to ${archiveName} as downloaded.`,
      cause: error,
    });
  });
  if (found !== md5) {
    throw new FulgurError('data', {
      what: `The archive ${file} has MD5 ${found} instead of ${md5}.`,
      why: `It is damaged, or it is not the binary version of ${title}.`,
      fix: `Download ${archiveName} again.`,
    });
  }
  const folder = join(home, archiveFolder);
  if (!(await isWhole(folder, archive))) await unpack(file, folder, archive, onMessage);
  return folder;
}

async function unpack(
  file: string,
  folder: string,
  archive: CifarArchive,
  onMessage: Notify | undefined,
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  onMessage?.('info', `Unpacking ${archive.title} into ${folder}.`);
  await extractArchive(file, folder, archive);
}

/** Whether the folder in the cache contains all files at their full size. */
async function isWhole(folder: string, archive: CifarArchive): Promise<boolean> {
  const found = await Promise.all(
    archive.files.map(async ({ name, records }) => {
      const file = await stat(join(folder, name)).catch(() => null);
      return file?.size === records * recordBytes(archive);
    }),
  );
  return found.every(Boolean);
}

async function isDamaged(file: string, { md5, mostBytes }: CifarArchive): Promise<boolean> {
  if ((await stat(file).catch(() => null)) === null) return false;
  return (await fileMd5(file, mostBytes).catch(() => null)) !== md5;
}

/** Whether the system rejected something, as on a full disk or in a read-only folder. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function unavailable(
  { title, archiveName }: CifarArchive,
  why: string,
  home: string,
  cause?: unknown,
): DatasetUnavailableError {
  return new DatasetUnavailableError({
    what: `${title} is not in ${home} and was not downloaded.`,
    why,
    fix:
      `Put ${archiveName} or its .bin files into a folder and pass --data.path FOLDER, pass the address of a ` +
      'mirror with --data.url URL, or train on the embedded digits with --data.name digits.',
    cause,
  });
}
