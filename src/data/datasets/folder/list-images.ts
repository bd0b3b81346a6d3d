import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { posix } from 'node:path';
import { FulgurError } from '../../../errors';
import { reasonOf } from '../data-errors';
import { byCodePoint, nameBytes, nameOfBytes, readableName } from './file-name';
import type { LeftOut, Passed } from './left-out';
import { imageExtensions } from './read-image-file';

const extensions: ReadonlySet<string> = new Set(imageExtensions);

/** The contents of a folder, sorted by code points as in torchvision; names that start with a dot are only counted. */
export interface FolderEntries extends Passed {
  readonly folders: readonly string[];
  readonly images: readonly string[];
}

/**
 * Lists a folder, following links. Names are those of `nameOfBytes`.
 *
 * @throws FulgurError of kind `data` if the folder cannot be read.
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

/** The most ways in which links may lead to one folder; in a thicket of links, the ways double with each link. */
const mostWays = 256;

/**
 * Returns the relative paths of all images in a folder and the folders below it, in torchvision's order: folder by
 * folder, each with its files sorted. A link back to an enclosing folder is not followed.
 *
 * @param leftOut receives the files that are skipped.
 * @throws FulgurError of kind `data` if a folder cannot be read or links lead to it in too many ways.
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
    why: 'An image counts once per way that leads to it.',
    fix: 'Remove links so that each folder is reached in few ways.',
  });
}

async function isFolder(path: string, entry: Dirent<Buffer>): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  // A broken link counts as a file: if it has the name of an image, reading it reports it as broken.
  return stat(nameBytes(path)).then(
    (target) => target.isDirectory(),
    () => false,
  );
}
