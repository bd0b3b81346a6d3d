import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { FulgurError } from '../../../errors';
import { reasonOf } from '../data-errors';
import { byCodePoint, nameBytes, nameOfBytes, readableName } from './file-name';
import type { LeftOut, Passed } from './left-out';
import { imageExtensions } from './read-image-file';

const extensions: ReadonlySet<string> = new Set(imageExtensions);

/** What lies in a folder, sorted by code points as torchvision sorts; names that begin with a dot are only counted. */
export interface FolderEntries extends Passed {
  readonly folders: readonly string[];
  readonly images: readonly string[];
}

/**
 * Lists a folder; links are followed. Names are those of `nameOfBytes`.
 *
 * @throws FulgurError of kind `data` where the folder cannot be read.
 */
export async function listFolder(folder: string): Promise<FolderEntries> {
  const entries = await readdir(nameBytes(folder), { withFileTypes: true, encoding: 'buffer' }).catch(
    (error: unknown) => {
      throw unreadable(folder, error);
    },
  );
  const folders: string[] = [];
  const images: string[] = [];
  const others: string[] = [];
  let hiddenImages = 0;
  let hiddenFolders = 0;
  for (const entry of entries) {
    const name = nameOfBytes(entry.name);
    const isHidden = name.startsWith('.');
    const extension = posix.extname(name).toLowerCase();
    if (await isFolder(posix.join(folder, name), entry)) {
      if (isHidden) hiddenFolders += 1;
      else folders.push(name);
    } else if (extensions.has(extension)) {
      if (isHidden) hiddenImages += 1;
      else images.push(name);
    } else if (!isHidden) others.push(extension);
  }
  folders.sort(byCodePoint);
  images.sort(byCodePoint);
  return { folders, images, others, hiddenImages, hiddenFolders };
}

/** Links may lead to a folder in so many ways; in a thicket of links the ways double with each one. */
const mostWays = 256;

/**
 * Paths of all images in a folder and the folders below it, relative to it, in torchvision's order: folder by folder, and
 * the files of each sorted. A link back to a folder on the way down, or to the one above, is not followed.
 *
 * @param leftOut gets the files that are passed over.
 * @throws FulgurError of kind `data` where a folder cannot be read, or links lead to it in too many ways.
 */
export async function listImages(folder: string, leftOut?: LeftOut): Promise<string[]> {
  const walk = new Walk(folder, leftOut);
  await walk.visit('', [await identify(posix.dirname(folder))]);
  return walk.found
    .sort((a, b) => byCodePoint(a.below, b.below))
    .flatMap(({ below, images }) => images.map((name) => posix.join(below, name)));
}

interface ImagesBelow {
  readonly below: string;
  readonly images: readonly string[];
}

class Walk {
  readonly found: ImagesBelow[] = [];
  readonly #ways = new Map<string, number>();

  constructor(
    private readonly root: string,
    private readonly leftOut: LeftOut | undefined,
  ) {}

  async visit(below: string, above: readonly string[]): Promise<void> {
    const folder = posix.join(this.root, below);
    const identity = await identify(folder);
    if (above.includes(identity)) return;
    const ways = (this.#ways.get(identity) ?? 0) + 1;
    if (ways > mostWays) throw tooManyWays(this.root, folder);
    this.#ways.set(identity, ways);
    const entries = await listFolder(folder);
    this.leftOut?.passedOver(entries);
    this.found.push({ below, images: entries.images });
    for (const name of entries.folders) await this.visit(posix.join(below, name), [...above, identity]);
  }
}

async function identify(folder: string): Promise<string> {
  const found = await stat(nameBytes(folder)).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  return `${found.dev}:${found.ino}`;
}

function unreadable(folder: string, cause: unknown): FulgurError {
  return new FulgurError('data', {
    what: `The folder ${readableName(folder)} cannot be read: ${reasonOf(cause)}.`,
    fix: 'Check the path and its permissions.',
    cause,
  });
}

function tooManyWays(root: string, folder: string): FulgurError {
  return new FulgurError('data', {
    what: `Links in ${readableName(root)} lead to one folder in more than ${mostWays} ways: ${readableName(folder)} is one of them.`,
    why: 'An image counts once for each way that leads to it.',
    fix: 'Remove links, so that each folder is reached in few ways.',
  });
}

async function isFolder(path: string, entry: Dirent<Buffer>): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  // A link to nothing counts as a file: where its name is an image's, reading it names it as broken.
  return stat(nameBytes(path)).then(
    (target) => target.isDirectory(),
    () => false,
  );
}
