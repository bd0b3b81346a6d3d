import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { FulgurError, messageOf } from '../../src/errors';

const root = resolve(__dirname, '../..');

/**
 * Runs a command to its end in the project's root.
 *
 * @returns its output.
 * @throws FulgurError `engine` if it cannot be started, or fails.
 */
export function callCommand(words: readonly string[]): string {
  const [program = '', ...rest] = words;
  const { status, signal, stdout, stderr, error } = spawnSync(program, rest, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error !== undefined) throw failure(words, 'could not be started', messageOf(error), error);
  if (status === 0) return stdout;
  const ending = status === null ? `was ended by ${signal ?? 'a signal'}` : `failed with exit code ${status}`;
  throw failure(words, ending, stderr.trim().split('\n').at(-1) ?? '');
}

/**
 * Returns the object in a command's last line.
 *
 * @throws FulgurError `engine` if there is none.
 */
export function lastObject(words: readonly string[], output: string): Readonly<Record<string, unknown>> {
  const line = output.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw failure(words, 'ended without printing its figures', `Its last line is '${line}'`, cause);
  }
}

function failure(words: readonly string[], what: string, why: string, cause?: unknown): FulgurError {
  const command = words.join(' ');
  return new FulgurError('engine', {
    what: `The command '${command}' ${what}.`,
    ...(why === '' ? {} : { why: why.endsWith('.') ? why : `${why}.` }),
    fix: 'Run it by itself to see all of its output.',
    cause,
  });
}
