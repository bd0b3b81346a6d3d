import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FulgurError } from '../../../errors';
import type { Split } from '../image-dataset';
import type { CifarArchive } from './archive';
import { filesOf } from './archive';

/** What was found under the user's path. */
export type Located =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'archive'; readonly archive: string };

/**
 * Finds a CIFAR data set under the user's path: the archive itself, a folder with the split's `.bin` files, or a folder
 * that contains either.
 *
 * @throws FulgurError of kind `data` naming what is missing there.
 */
export async function locateCifar(path: string, split: Split, archive: CifarArchive): Promise<Located> {
  const { archiveName, archiveFolder } = archive;
  const place = resolve(path);
  const found = await stat(place).catch(() => null);
  if (found?.isFile() === true) return { kind: 'archive', archive: place };
  const entries = await readdir(place).catch(() => null);
  if (entries === null) throw notThere(archive, place, 'The path does not exist or cannot be read.');
  const inner = await readdir(join(place, archiveFolder)).catch((): string[] => []);
  const files = filesOf(archive, split).map(({ name }) => name);
  if (files.every((name) => entries.includes(name))) return { kind: 'folder', folder: place };
  if (files.every((name) => inner.includes(name)))
    return { kind: 'folder', folder: join(place, archiveFolder) };
  if (entries.includes(archiveName)) return { kind: 'archive', archive: join(place, archiveName) };
  throw notThere(archive, place, whatIsMissing(archive, [...entries, ...inner], files));
}

function whatIsMissing(
  { pythonNames }: CifarArchive,
  names: readonly string[],
  files: readonly string[],
): string {
  if (names.some((name) => pythonNames.test(name))) {
    return 'It contains the Python version; Fulgur reads the binary version.';
  }
  const missing = files.filter((name) => !names.includes(name));
  return missing.length === 0 ? 'Its .bin files are in two folders.' : `It lacks ${missing.join(', ')}.`;
}

function notThere({ title, archiveName }: CifarArchive, place: string, why: string): FulgurError {
  return new FulgurError('data', {
    what: `${title} is not in ${place}.`,
    why,
    fix: `Set --data.path to ${archiveName}, or a folder with it or with its .bin files.`,
  });
}
