import { readFileSync } from 'node:fs';
import { FulgurError, messageOf } from '../src/errors';

/** Runs a benchmark command: an error becomes one line on stderr, with exit code 2 for an invalid command line. */
export async function runCommand(main: () => void | Promise<void>): Promise<void> {
  try {
    await main();
  } catch (error) {
    console.error(`Error: ${messageOf(error)}`);
    process.exitCode = isUsage(error) ? 2 : 1;
  }
}

/** `parseArgs` marks its errors with such a code. */
function isUsage(error: unknown): boolean {
  if (error instanceof FulgurError) return error.kind === 'config';
  return error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
}

/** @throws FulgurError `config` for anything except a whole number of at least 1. */
export function positiveOption(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new FulgurError('config', {
    what: `--${name} got '${text}'.`,
    fix: 'Give a whole number of at least 1.',
  });
}

/** @throws FulgurError `config` if the command line names no file or several. */
export function onlyFile(files: readonly string[], usage: string): string {
  const [file] = files;
  if (file !== undefined && files.length === 1) return file;
  throw new FulgurError('config', {
    what:
      file === undefined ? 'No file was named.' : `${files.length} files were named: ${files.join(', ')}.`,
    fix: `Usage: ${usage}`,
  });
}

/**
 * Reads reference numbers.
 *
 * @param keys required top-level keys of the file.
 * @throws FulgurError `data` if it cannot be read or is another kind of file.
 */
export function readReferenceFile(file: string, keys: readonly string[]): unknown {
  const content = parse(file);
  const missing = keys.filter((key) => !isObject(content) || !Object.hasOwn(content, key));
  if (missing.length === 0) return content;
  throw new FulgurError('data', {
    what: `${file} is not such a reference file: it lacks ${missing.join(', ')}.`,
    fix: `Name a JSON file with the top-level keys ${keys.join(', ')}.`,
  });
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new FulgurError('data', {
      what: `The reference file ${file} cannot be read.`,
      why: cause instanceof SyntaxError ? 'It is not JSON.' : `${messageOf(cause)}.`,
      fix: 'Name a JSON file of reference numbers.',
      cause,
    });
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
