import { readFileSync } from 'node:fs';
import { LineCounter, isMap, isScalar, parseDocument } from 'yaml';
import { FulgurError, messageOf } from '../errors';

/** An option in a configuration file. */
export interface FileOption {
  readonly path: string;
  readonly value: unknown;
  /** From 1. */
  readonly line: number;
}

/**
 * Reads the options of a YAML file: two levels of keys, such as `trainer:` and below it `maxEpochs: 3`.
 *
 * @throws FulgurError `config` when the file cannot be read or is no YAML mapping
 */
export function readConfigFile(file: string): FileOption[] {
  const lines = new LineCounter();
  const document = parseDocument(readText(file), { lineCounter: lines });
  const [problem] = document.errors;
  if (problem !== undefined) {
    throw new FulgurError('config', {
      what: `The configuration file ${file} is no valid YAML: ${problem.message.split('\n')[0] ?? ''}`,
      fix: 'Correct the line that it names.',
    });
  }
  if (document.contents === null) return [];
  const options: FileOption[] = [];
  const visit = (node: unknown, prefix: string): void => {
    if (!isMap(node)) throw notAMapping(file);
    for (const { key, value } of node.items) {
      const path = prefix + (isScalar(key) ? String(key.value) : String(key));
      const offset = isScalar(key) ? (key.range?.[0] ?? 0) : 0;
      if (isMap(value) && prefix === '') visit(value, `${path}.`);
      else options.push({ path, value: toValue(value), line: lines.linePos(offset).line });
    }
  };
  visit(document.contents, '');
  return options;
}

function toValue(node: unknown): unknown {
  if (isScalar(node)) return node.value;
  return node === null ? null : (node as { toJSON(): unknown }).toJSON();
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FulgurError('config', {
      what: `The configuration file ${file} cannot be read: ${messageOf(cause)}.`,
      fix: 'Give --config the path of a readable YAML file.',
      cause,
    });
  }
}

function notAMapping(file: string): FulgurError {
  return new FulgurError('config', {
    what: `The configuration file ${file} holds no options by name.`,
    fix: "Write lines such as 'seed: 1', or 'trainer:' and below it, indented, 'maxEpochs: 3'.",
  });
}
