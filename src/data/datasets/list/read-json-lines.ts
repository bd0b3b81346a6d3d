import type { Readable } from 'node:stream';
import { FulgurError } from '../../../errors';
import { LineCutter } from '../../../system';
import { reasonOf } from '../data-errors';
import type { TakeImage } from './listed-image';
import { badLine, badList } from './listed-image';

const fix = 'Write an object on each line: {"path": "cats/1.jpg", "label": "cat", "split": "train"}.';

/** Other fields may be large: boxes, captions, features. */
const LONGEST_LINE = 1 << 24;

/**
 * Reads a list in JSON Lines: objects with `path` and, if known, `label`, a string or a whole number, and `split`.
 * Other fields and empty lines are skipped.
 *
 * @throws FulgurError of kind `data` naming the unreadable line.
 */
export async function readJsonLines(file: string, content: Readable, take: TakeImage): Promise<void> {
  let line = 0;
  const cutter = new LineCutter((text) => {
    line += 1;
    if (text.length >= LONGEST_LINE) {
      const shorter = 'Remove fields other than path, label and split.';
      throw badLine(file, line, `has more than ${LONGEST_LINE} characters`, shorter);
    }
    const json = line === 1 ? text.replace(/^\ufeff/, '') : text;
    if (json.trim() !== '') takeLine(file, line, json, take);
  }, LONGEST_LINE);
  try {
    for await (const chunk of content) cutter.write(chunk as Buffer);
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    throw badList(file, `cannot be read: ${reasonOf(error)}`, 'Set --data.path to a readable file.', error);
  }
  cutter.end();
}

function takeLine(file: string, line: number, json: string, take: TakeImage): void {
  const value = parsed(file, line, json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badLine(file, line, 'is not an object', fix);
  }
  const { path, label = null, split = null } = value as Readonly<Record<string, unknown>>;
  if (typeof path !== 'string') throw badLine(file, line, 'has no string as its path', fix);
  const known = typeof label === 'number' && Number.isSafeInteger(label) ? String(label) : label;
  if (known !== null && typeof known !== 'string') {
    throw badLine(file, line, 'has a label that is neither a string nor a whole number', fix);
  }
  if (split !== null && typeof split !== 'string') {
    throw badLine(file, line, 'has a split that is not a string', fix);
  }
  take({ line, path, label: known, split });
}

function parsed(file: string, line: number, json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch (error) {
    throw badLine(file, line, `is not JSON: ${reasonOf(error).slice(0, 200)}`, fix, error);
  }
}
