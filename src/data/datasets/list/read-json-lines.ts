import type { Readable } from 'node:stream';
import { FulgurError } from '../../../errors';
import { LineCutter } from '../../../system';
import { reasonOf } from '../data-errors';
import type { TakeImage } from './listed-image';
import { badLine, badList } from './listed-image';

const fix = 'Write an object on each line: {"path": "cats/1.jpg", "label": "cat", "split": "train"}.';

/** Other fields may hold much: boxes, captions, features. */
const LONGEST_LINE = 1 << 24;

/**
 * Reads a list in JSON Lines: an object with `path`, and where they are known `label`, a text or a whole number, and
 * `split`; other fields and empty lines are passed over.
 *
 * @throws FulgurError of kind `data` that names the line which cannot be read.
 */
export async function readJsonLines(file: string, content: Readable, take: TakeImage): Promise<void> {
  let line = 0;
  const cutter = new LineCutter((text) => {
    line += 1;
    if (text.length >= LONGEST_LINE) {
      const shorter = 'Leave out fields other than path, label and split.';
      throw badLine(file, line, `has more than ${LONGEST_LINE} characters`, shorter);
    }
    const json = line === 1 ? text.replace(/^\ufeff/, '') : text;
    if (json.trim() !== '') takeLine(file, line, json, take);
  }, LONGEST_LINE);
  try {
    for await (const chunk of content) cutter.write(chunk as Buffer);
  } catch (error) {
    if (error instanceof FulgurError) throw error;
    throw badList(file, `cannot be read: ${reasonOf(error)}`, 'Name a readable file by --data.path.', error);
  }
  cutter.end();
}

function takeLine(file: string, line: number, json: string, take: TakeImage): void {
  const value = parsed(file, line, json);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badLine(file, line, 'is not an object', fix);
  }
  const { path, label = null, split = null } = value as Readonly<Record<string, unknown>>;
  if (typeof path !== 'string') throw badLine(file, line, 'has no text as its path', fix);
  const known = typeof label === 'number' && Number.isSafeInteger(label) ? String(label) : label;
  if (known !== null && typeof known !== 'string') {
    throw badLine(file, line, 'has a label that is neither a text nor a whole number', fix);
  }
  if (split !== null && typeof split !== 'string') {
    throw badLine(file, line, 'has a split that is not a text', fix);
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
