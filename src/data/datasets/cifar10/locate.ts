import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FulgurError } from '../../../errors';
import type { Split } from '../image-dataset';
import { filesOf } from './read-records';
import { archiveFolder, archiveName } from './source';

/** What the user's path leads to. */
export type Located =
  | { readonly kind: 'folder'; readonly folder: string }
  | { readonly kind: 'archive'; readonly archive: string };

/**
 * Finds CIFAR-10 under the user's path: the archive itself, a folder with the split's `.bin` files, or a folder that
 * holds one of both.
 *
 * @throws FulgurError of kind `data` that says what is missing there.
 */
export async function locateCifar10(path: string, split: Split): Promise<Located> {
  const place = resolve(path);
  const found = await stat(place).catch(() => null);
  if (found?.isFile() === true) return { kind: 'archive', archive: place };
  const entries = await readdir(place).catch(() => null);
  if (entries === null) throw notThere(place, 'There is nothing at that path, or it cannot be read.');
  const inner = await readdir(join(place, archiveFolder)).catch((): string[] => []);
  const files = filesOf(split);
  if (files.every((name) => entries.includes(name))) return { kind: 'folder', folder: place };
  if (files.every((name) => inner.includes(name)))
    return { kind: 'folder', folder: join(place, archiveFolder) };
  if (entries.includes(archiveName)) return { kind: 'archive', archive: join(place, archiveName) };
  throw notThere(place, whatIsMissing(entries, inner, files));
}

function whatIsMissing(
  entries: readonly string[],
  inner: readonly string[],
  files: readonly string[],
): string {
  const names = [...entries, ...inner];
  if (
    names.some(
      (name) =>
        name === 'cifar-10-batches-py' || name === 'data_batch_1' || name.startsWith('cifar-10-python'),
    )
  ) {
    return 'It holds the Python version; Fulgur reads the binary version.';
  }
  const missing = files.filter((name) => !names.includes(name));
  return missing.length === 0 ? 'Its .bin files lie in two folders.' : `It lacks ${missing.join(', ')}.`;
}

function notThere(place: string, why: string): FulgurError {
  return new FulgurError('data', {
    what: `CIFAR-10 is not in ${place}.`,
    why,
    fix: `Let --data.path name ${archiveName}, or a folder with it or with its .bin files.`,
  });
}
