import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { PrintAndExit, resolveConfig } from '../../../src/config';
import { messageOf } from '../../../src/errors';
import type { ExperimentClass } from '../../../src/metadata';
import { builtInCommands } from '../../../src/run/commands';
import { shippedExperiment } from '../../../src/run';
import { standIn } from './stand-in';
import { root } from './files';

/** What is wrong with the words after `npx fulgur` or `npx ts-node`; `null` where the program takes them. */
export function programProblem(
  program: 'fulgur' | 'ts-node',
  [name = '', ...words]: readonly string[],
): string | null {
  if (program === 'fulgur') return fulgurProblem(name, words);
  if (name.startsWith('bench/')) return scriptProblem(name, words);
  if (name.includes('/') && !existsSync(join(root, name))) return `${name} does not exist.`;
  if (!name.startsWith('experiments/')) return experimentProblem(standIn, words);
  const shipped = shippedOrNull(basename(name, '.ts'));
  return shipped === null ? null : experimentProblem(shipped, words);
}

function fulgurProblem(name: string, words: readonly string[]): string | null {
  const entries = readFileSync(join(root, 'src/cli/index.ts'), 'utf8');
  const names = [...entries.matchAll(/^ {4}name: '(\w+)'/gm)].map(([, entry = '']) => entry);
  if (name.startsWith('-'))
    return ['--help', '--version'].includes(name) ? null : `Unknown option '${name}'.`;
  if (!names.includes(name)) return `Unknown command '${name}'. Use one of: ${names.join(', ')}.`;
  if (name !== 'train')
    return unknownOption(words, optionsIn(name === 'doctor' ? 'src/doctor.ts' : `src/cli/${name}.ts`));
  const [method = '', ...rest] = words;
  if (isPlaceholder(method) || method.startsWith('-')) return null;
  try {
    return experimentProblem(shippedExperiment(method).type, rest);
  } catch (error) {
    return messageOf(error);
  }
}

/** The options in a file's texts, as its own `--help` lists them. */
function optionsIn(file: string): ReadonlySet<string> {
  const text = readFileSync(join(root, file), 'utf8');
  return new Set([...text.matchAll(/['" ]--([\w-]+)/g)].map(([, option = '']) => option));
}

/** Scripts of `bench` declare options for `parseArgs`, in the file or in one beside it that it imports. */
function scriptProblem(file: string, words: readonly string[]): string | null {
  if (!existsSync(join(root, file))) return `${file} does not exist.`;
  const text = readFileSync(join(root, file), 'utf8');
  const imported = [...text.matchAll(/from '(\.\/[\w/-]+)'/g)].map(([, path = '']) =>
    join(root, dirname(file), `${path}.ts`),
  );
  const texts = [text, ...imported.filter(existsSync).map((path) => readFileSync(path, 'utf8'))];
  const declared = texts.flatMap((one) => [
    ...one.matchAll(/['"]?([\w-]+)['"]?: \{\s*type: '(?:string|boolean)'/g),
  ]);
  return unknownOption(words, new Set(declared.map(([, option = '']) => option)));
}

function unknownOption(words: readonly string[], known: ReadonlySet<string>): string | null {
  const given = words
    .filter((word) => word.startsWith('--'))
    .map((word) => word.slice(2).replace(/=.*$/s, ''));
  const unknown = given.find((option) => !known.has(option));
  return unknown === undefined
    ? null
    : `Unknown option '--${unknown}'. Use one of: ${[...known].join(', ')}.`;
}

/** What the experiment's command line reports; files of options are not read, and placeholders (`FILE`) have no value. */
function experimentProblem(experiment: ExperimentClass, words: readonly string[]): string | null {
  const given: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const [word = '', next = ''] = words.slice(at, at + 2);
    if (word === '--config') at += 1;
    else if (word.startsWith('--') && isPlaceholder(next)) {
      if (!help(experiment).includes(`${word} <`)) return `Unknown option '${word}'.`;
      at += 1;
    } else if (at > 0 || !isPlaceholder(word)) given.push(word);
  }
  try {
    resolveConfig(experiment, given, builtInCommands, null, null);
    return null;
  } catch (error) {
    return error instanceof PrintAndExit ? null : messageOf(error);
  }
}

function help(experiment: ExperimentClass): string {
  try {
    resolveConfig(experiment, ['--help'], builtInCommands, null, null);
  } catch (error) {
    if (error instanceof PrintAndExit) return error.text;
    throw error;
  }
  return '';
}

function isPlaceholder(word: string): boolean {
  return /^[A-Z][A-Z_]+$/.test(word);
}

/** `null` for a script without an experiment, such as a hand-written loop. */
function shippedOrNull(name: string): ExperimentClass | null {
  try {
    return shippedExperiment(name).type;
  } catch {
    return null;
  }
}
