import { readdirSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { extname } from 'node:path';
import { expandHome, parseArguments, readConfigFile } from '../config';
import { imageExtensions, listExtensions } from '../data';
import { writeLines } from '../system';

/** A data set recognised at a path. */
export interface FoundData {
  /** Its name for `--data.name`. */
  readonly name: string;
  /** Description of the path. */
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
 * Determines the data set for a command line that gives a path to data but no name, from what the path contains.
 *
 * @returns `null` if nothing needs to be added: no path, a name beside it, or a copy of CIFAR, which experiments name
 *   themselves.
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

/**
 * Returns the option to append to the command line: `--data.path photos` alone means what the path contains, which is
 * reported.
 */
export function dataWords(words: readonly string[]): readonly string[] {
  const found = dataOfWords(words);
  if (found === null) return [];
  const { name, what, path } = found;
  writeLines(process.stderr, [`Treating ${path} as ${what}: --data.name ${name}.`]);
  return ['--data.name', name];
}

/** Recognises data by what is at the path, or by its extension if nothing is there, as with a pattern for several files. */
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

/** Lists a folder; returns `null` if it is not a folder. */
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

/** Returns whether a file of options names a data set; problems with the file are reported later by the run. */
function namesData(file: string): boolean {
  try {
    return readConfigFile(expandHome(file)).some(({ path }) => path === 'data.name');
  } catch {
    return false;
  }
}
