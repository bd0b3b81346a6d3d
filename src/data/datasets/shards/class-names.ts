import { join } from 'node:path';
import { FulgurError } from '../../../errors';
import { readRegularFile } from '../../../system';
import { reasonOf } from '../data-errors';
import { byCodePoint } from '../folder/file-name';
import type { ShardLabel } from './collect-samples';

const fileName = 'classes.txt';
const MOST_BYTES = 1 << 26;
/** Larger class numbers are probably something else. */
const MOST_CLASSES = 100_000;

/** The classes of a data set in shards. */
export interface ShardClasses {
  readonly names: readonly string[];
  /** Returns the index of a label's class; `null` if there is none. */
  indexOf(label: ShardLabel): number | null;
}

/**
 * Determines the classes that labels stand for. The lines of a file `classes.txt` beside the shards name them in order;
 * without it, numbers name themselves, and names are sorted by code points.
 *
 * @param labels the distinct labels.
 * @throws FulgurError of kind `data` for a label that matches no class.
 */
export async function classesOf(root: string, labels: ReadonlySet<ShardLabel>): Promise<ShardClasses> {
  const known = [...labels].filter((label) => label !== null);
  const listed = await listedNames(root);
  const names = listed ?? namesOf(root, known);
  const indices = new Map(names.map((name, index) => [name, index]));
  const indexOf = (label: ShardLabel): number | null =>
    typeof label === 'string' ? (indices.get(label) ?? null) : label;
  for (const label of known) {
    const index = indexOf(label);
    if (index === null || index >= names.length) {
      const what = `The shards in ${root} have the label ${JSON.stringify(label)}, which is not one of the ${names.length} classes in ${fileName}.`;
      throw new FulgurError('data', { what, fix: `Correct ${join(root, fileName)}, or remove it.` });
    }
  }
  return { names, indexOf };
}

function namesOf(root: string, labels: readonly (number | string)[]): string[] {
  const words = labels.filter((label) => typeof label === 'string');
  const numbers = labels.filter((label) => typeof label === 'number');
  const most = numbers.reduce((a, b) => Math.max(a, b), -1);
  if (words[0] !== undefined && numbers[0] !== undefined) {
    const what = `The shards in ${root} have labels that are numbers, such as ${numbers[0]}, and labels that are names, such as ${JSON.stringify(words[0])}.`;
    throw new FulgurError('data', {
      what,
      fix: `Name the classes in order in ${join(root, fileName)}.`,
    });
  }
  if (most >= MOST_CLASSES) {
    const what = `The shards in ${root} have the class ${most}, but at most ${MOST_CLASSES} classes are supported.`;
    throw new FulgurError('data', { what, fix: 'Number the classes from 0 on.' });
  }
  return words.length > 0
    ? words.sort(byCodePoint)
    : Array.from({ length: most + 1 }, (_, number) => String(number));
}

/** Reads the lines of the file beside the shards; `null` if it does not exist. */
async function listedNames(root: string): Promise<string[] | null> {
  const path = join(root, fileName);
  const bytes = await readRegularFile(path, MOST_BYTES).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    const what = `The names of classes in ${path} cannot be read: ${reasonOf(error)}.`;
    throw new FulgurError('data', { what, fix: 'Make it a file with one name per line.', cause: error });
  });
  if (bytes === null) return null;
  const names = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((name) => name.trim());
  const twice = names.find((name, index) => name === '' || names.indexOf(name) !== index);
  if (twice === undefined) return names;
  const what = `The names of classes in ${path} hold ${twice === '' ? 'an empty line' : `${JSON.stringify(twice)} twice`}.`;
  throw new FulgurError('data', { what, fix: 'Give each class a line with its own name.' });
}
