import { readdirSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { extname } from 'node:path';
import { expandHome, parseArguments, readConfigFile } from '../config';
import { imageExtensions, listExtensions } from '../data';
import { writeLines } from '../system';

/** What lies at a path, as a data set. */
export interface FoundData {
  /** Its name for `--data.name`. */
  readonly name: string;
  /** What the path is, in words. */
  readonly what: string;
}

const kinds = {
  folder: { name: 'folder', what: 'a folder of images' },
  list: { name: 'list', what: 'a list of images' },
  packed: { name: 'packed', what: 'a file of packed images' },
  shards: { name: 'shards', what: 'tar files of images' },
} as const satisfies Readonly<Record<string, FoundData>>;

const kindOfEnding: Readonly<Record<string, FoundData>> = {
  ...Object.fromEntries(listExtensions.map((extension) => [extension, kinds.list])),
  '.npz': kinds.packed,
  '.npy': kinds.packed,
  '.tar': kinds.shards,
};

/**
 * The data set that a command line means which gives a path to data and no name for them: by what lies there.
 *
 * @returns `null` where nothing is to be added: no path, or a name beside it, or a copy of CIFAR, which experiments name themselves.
 */
export function dataOfWords(words: readonly string[]): (FoundData & { readonly path: string }) | null {
  const { given } = parseArguments(words);
  const paths = given.map(([option]) => option);
  const path = given.findLast(([option]) => option === 'data.path')?.[1];
  if (typeof path !== 'string' || paths.some((option) => ['data.name', 'help', 'version'].includes(option)))
    return null;
  const files = given.filter(([option]) => option === 'config').map(([, file]) => String(file));
  if (files.some(namesData)) return null;
  const found = dataOfPath(expandHome(path));
  return found === null ? null : { ...found, path };
}

/** The words that say so, to stand behind the others: `--data.path photos` alone means what lies there, which is told. */
export function dataWords(words: readonly string[]): readonly string[] {
  const found = dataOfWords(words);
  if (found === null) return [];
  const { name, what, path } = found;
  writeLines(process.stderr, [`${path} is taken for ${what}: --data.name ${name}.`]);
  return ['--data.name', name];
}

/** By what a path leads to, or by its ending where it leads nowhere, as a pattern of several files does. */
export function dataOfPath(path: string): FoundData | null {
  const ofEnding = kindOfEnding[extname(path).toLowerCase()] ?? null;
  const entries = entriesOf(path);
  if (entries === null) return ofEnding ?? (isFile(path) ? null : kinds.folder);
  const has = (pattern: RegExp): boolean => entries.some(({ name }) => pattern.test(name));
  if (has(/^(cifar-10+-(batches-bin|binary)|data_batch_1\.bin|train\.bin)/)) return null;
  const holdsImages =
    entries.some((entry) => entry.isDirectory()) || entries.some(({ name }) => isImage(name));
  return has(/\.tar$/i) && !holdsImages ? kinds.shards : kinds.folder;
}

function isImage(name: string): boolean {
  return imageExtensions.some((extension) => name.toLowerCase().endsWith(extension));
}

/** What a folder holds; `null` for what is not one. */
function entriesOf(path: string): Dirent[] | null {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return null;
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether a file of options names a data set; what is wrong with the file, the run says. */
function namesData(file: string): boolean {
  try {
    return readConfigFile(expandHome(file)).some(({ path }) => path === 'data.name');
  } catch {
    return false;
  }
}
