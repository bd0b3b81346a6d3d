import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { FulgurError } from '../../../errors';
import { reasonOf } from '../data-errors';
import { imageExtensions } from './read-image-file';

const extensions: ReadonlySet<string> = new Set(imageExtensions);

/** What lies in a folder, sorted by name. Names that begin with a dot are left out. */
export interface FolderEntries {
  readonly folders: readonly string[];
  readonly images: readonly string[];
}

/**
 * Lists a folder; links are followed.
 *
 * @throws FulgurError of kind `data` where the folder cannot be read.
 */
export async function listFolder(folder: string): Promise<FolderEntries> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new FulgurError('data', {
      what: `The folder ${folder} cannot be read: ${reasonOf(error)}.`,
      fix: 'Check the path and its permissions.',
      cause: error,
    });
  });
  const folders: string[] = [];
  const images: string[] = [];
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    if (await isFolder(folder, entry)) folders.push(entry.name);
    else if (extensions.has(extname(entry.name).toLowerCase())) images.push(entry.name);
  }
  return { folders: folders.sort(), images: images.sort() };
}

/**
 * Paths of all images in a folder and the folders below it, relative to it and sorted. A link back to a folder on the
 * way down, or to the one above, is not followed.
 */
export async function listImages(folder: string): Promise<string[]> {
  return (await walk(folder, '', [await identify(dirname(folder))])).sort();
}

async function identify(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder);
  return `${dev}:${ino}`;
}

async function walk(root: string, below: string, above: readonly string[]): Promise<string[]> {
  const folder = join(root, below);
  const identity = await identify(folder);
  if (above.includes(identity)) return [];
  const { folders, images } = await listFolder(folder);
  const paths = images.map((name) => join(below, name));
  for (const name of folders) {
    for (const path of await walk(root, join(below, name), [...above, identity])) paths.push(path);
  }
  return paths;
}

async function isFolder(folder: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  // A link to nothing counts as a file: where its name is an image's, reading it names it as broken.
  return stat(join(folder, entry.name)).then(
    (target) => target.isDirectory(),
    () => false,
  );
}
