import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { FulgurError } from '../../../errors';
import { reasonOf } from '../data-errors';
import { byCodePoint, readableName } from '../folder/file-name';
import type { SplitWord } from '../split-word';
import { splitOf } from '../split-word';
import { expandBraces } from './expand-braces';
import { compressed } from './scan-shard';

/** The shards of a data set: their common folder and their names relative to it. */
export interface FoundShards {
  readonly root: string;
  readonly train: readonly string[];
  /** Shards for testing, or for validation if there are none. */
  readonly heldOut: readonly string[];
  /** Shards for validation, if there are others for testing. */
  readonly unused: readonly string[];
}

const packed = /\.(tgz|tar\.(gz|bz2|xz|zst|lz4))$/i;

/**
 * Finds the shards that a path stands for: one tar file, the tar files of a folder sorted by code points, or a pattern
 * with braces in its order. If names contain a word for a split (`imagenet-train-0000.tar`, `val-0000.tar`), the shards
 * belong to that split.
 *
 * @throws FulgurError of kind `data` if there are none, one is missing, or it is unclear which belong to which split.
 */
export async function findShards(path: string): Promise<FoundShards> {
  const files = await filesOf(resolve(path));
  const packedOne = files.find((file) => packed.test(file));
  if (packedOne !== undefined) throw compressed(packedOne);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw shardsError(path, `names ${twice} twice`, 'Name each shard once.');
  return { root: rootOf(files), ...splitsOf(path, files, rootOf(files)) };
}

async function filesOf(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() === true) return filesIn(path);
  if (found !== null) return [path];
  const files = expanded(path);
  for (const file of files) {
    await stat(file).catch((error: unknown) => {
      throw shardsError(path, `names ${readableName(file)}: ${reasonOf(error)}`, 'Name shards that exist.');
    });
  }
  return files;
}

function expanded(path: string): string[] {
  try {
    return expandBraces(path);
  } catch (error) {
    throw shardsError(path, reasonOf(error), 'Name fewer shards.');
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw shardsError(folder, `cannot be read: ${reasonOf(error)}`, 'Check the path and its permissions.');
  });
  const tars = names.filter((name) => !name.startsWith('.') && (/\.tar$/i.test(name) || packed.test(name)));
  if (tars.length === 0) {
    throw shardsError(folder, 'contains no .tar files', 'Set --data.path to a folder of shards.');
  }
  return tars.sort(byCodePoint).map((name) => join(folder, name));
}

/** Returns the common folder of all files. */
function rootOf(files: readonly string[]): string {
  let root = dirname(files[0] ?? '.');
  while (!files.every((file) => file.startsWith(root === sep ? root : `${root}${sep}`))) root = dirname(root);
  return root;
}

function splitsOf(path: string, files: readonly string[], root: string): Omit<FoundShards, 'root'> {
  const words = files.map(wordIn);
  const of = (split: SplitWord | null): string[] =>
    files.filter((_, index) => words[index] === split).map((file) => relative(root, file));
  // Shards of a single split are the whole data set.
  if (new Set(words).size === 1) return { train: of(words[0] ?? null), heldOut: [], unused: [] };
  const [unnamed] = of(null);
  if (unnamed !== undefined) {
    const named = relative(root, files[words.findIndex((word) => word !== null)] ?? '');
    const does = `names ${readableName(named)}, which names a split, and ${readableName(unnamed)}, which does not`;
    throw shardsError(path, does, 'Put train, val or test into the name of every shard or of none.');
  }
  const [train, test, val] = [of('train'), of('test'), of('val')];
  if (train.length === 0) throw shardsError(path, 'names no shard of the split train', 'Name one.');
  return test.length > 0 ? { train, heldOut: test, unused: val } : { train, heldOut: val, unused: [] };
}

/** Returns the split that a shard's name contains; `null` if it names none or several. */
function wordIn(file: string): SplitWord | null {
  const words = basename(file)
    .split(/[-_.]/)
    .map(splitOf)
    .filter((word) => word !== null);
  return words.length === 1 ? (words[0] ?? null) : null;
}

/** Returns the error for a path that does not lead to shards; `does` continues `The path of shards shards/`. */
function shardsError(path: string, does: string, fix: string): FulgurError {
  return new FulgurError('data', { what: `The path of shards ${readableName(path)} ${does}.`, fix });
}
