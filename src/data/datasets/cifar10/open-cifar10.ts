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
import { locateCifar10 } from './locate';
import { readRecords } from './read-records';
import type { Cifar10Source } from './source';
import { allFiles, archiveFolder, archiveName, officialSource, recordBytes } from './source';

export interface Cifar10Options extends DownloadOptions {
  readonly split: Split;
  /** Where the user keeps the files: a folder or the archive. */
  readonly path?: string | undefined;
  /** The folder for downloads. */
  readonly cache: string;
  /** Whether to download what is not on disk (default `true`). */
  readonly download?: boolean | undefined;
  /** What to download (default the official archive). */
  readonly source?: Cifar10Source;
}

/**
 * CIFAR-10: 50,000 images for training and 10,000 for testing, 32 x 32, ten classes. Read from the user's folder or
 * archive where `path` names one, else from the cache, else downloaded into it.
 *
 * @throws DatasetUnavailableError where it is neither on disk nor reachable.
 * @throws FulgurError of kind `data` where what is there is wrong.
 */
export async function openCifar10(options: Cifar10Options): Promise<ImageDataset> {
  const { split, path, cache, source = officialSource, onMessage } = options;
  const home = join(cache, 'cifar10');
  if (path !== undefined) {
    const found = await locateCifar10(path, split);
    const folder =
      found.kind === 'folder' ? found.folder : await unpacked(found.archive, home, source, onMessage);
    return readRecords(folder, split, source.recordsPerFile);
  }
  const folder = await fetchedFolder(home, source, options).catch((error: unknown) => {
    if (!isSystemError(error)) throw error;
    throw unavailable(`It cannot be kept there: ${error.message}.`, home, error);
  });
  return readRecords(folder, split, source.recordsPerFile);
}

/** The folder in the cache, downloaded where it is not there yet. */
async function fetchedFolder(home: string, source: Cifar10Source, options: Cifar10Options): Promise<string> {
  const folder = join(home, archiveFolder);
  if (await isWhole(folder, source)) return folder;
  const archive = join(home, archiveName);
  if (await isDamaged(archive, source)) {
    options.onMessage?.('warning', `${archive} is damaged and is downloaded again.`);
    await rm(archive);
  }
  if ((await stat(archive).catch(() => null)) === null) await fetchArchive(archive, home, source, options);
  await rm(folder, { recursive: true, force: true });
  options.onMessage?.('info', `Unpacking CIFAR-10 into ${folder}.`);
  await extractArchive(archive, folder, source.recordsPerFile);
  await rm(archive, { force: true });
  return folder;
}

async function fetchArchive(
  archive: string,
  home: string,
  { url, md5, mostBytes }: Cifar10Source,
  options: Cifar10Options,
): Promise<void> {
  if (options.download === false) throw unavailable(`Downloading is off.`, home);
  if (url.includes(hidden)) {
    throw unavailable(`The address ${url} is that of a run's record, which leaves its secrets out.`, home);
  }
  try {
    await download({ url, file: archive, md5, mostBytes, title: 'CIFAR-10' }, options);
  } catch (error) {
    if (error instanceof TransferError)
      throw unavailable(`${url} cannot be reached: ${error.reason}.`, home, error);
    throw error;
  }
}

/** Unpacks the user's archive into the cache, once: the folder's name tells that it is the right one. */
async function unpacked(
  archive: string,
  home: string,
  source: Cifar10Source,
  onMessage: Notify | undefined,
): Promise<string> {
  const found = await fileMd5(archive, source.mostBytes).catch((error: unknown) => {
    throw new FulgurError('data', {
      what: `The archive ${archive} cannot be read: ${reasonOf(error)}.`,
      fix: `Let --data.path name ${archiveName} as it was downloaded.`,
      cause: error,
    });
  });
  if (found !== source.md5) {
    throw new FulgurError('data', {
      what: `The archive ${archive} has MD5 ${found} instead of ${source.md5}.`,
      why: 'It is damaged, or it is not the binary version of CIFAR-10.',
      fix: `Download ${archiveName} again.`,
    });
  }
  const folder = join(home, archiveFolder);
  if (!(await isWhole(folder, source))) {
    await rm(folder, { recursive: true, force: true });
    onMessage?.('info', `Unpacking CIFAR-10 into ${folder}.`);
    await extractArchive(archive, folder, source.recordsPerFile);
  }
  return folder;
}

/** Whether the folder in the cache holds all files at their full size. */
async function isWhole(folder: string, { recordsPerFile }: Cifar10Source): Promise<boolean> {
  const sizes = await Promise.all(allFiles.map((name) => stat(join(folder, name)).catch(() => null)));
  return sizes.every((found) => found?.size === recordsPerFile * recordBytes);
}

async function isDamaged(archive: string, { md5, mostBytes }: Cifar10Source): Promise<boolean> {
  if ((await stat(archive).catch(() => null)) === null) return false;
  return (await fileMd5(archive, mostBytes).catch(() => null)) !== md5;
}

/** Whether the system refused something: a full disk, a folder that may not be written to. */
function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function unavailable(why: string, home: string, cause?: unknown): DatasetUnavailableError {
  return new DatasetUnavailableError({
    what: `CIFAR-10 is not in ${home} and was not downloaded.`,
    why,
    fix:
      `Put ${archiveName} or its .bin files into a folder and pass --data.path FOLDER, pass the address of a ` +
      'mirror by --data.url URL, or train on the embedded digits by --data.name digits.',
    cause,
  });
}
