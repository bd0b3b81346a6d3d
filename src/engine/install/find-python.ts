import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '../../system';
import { describePython } from './python-scripts';

/** The TensorFlow of a Python, found without importing it. */
export interface PythonTensorFlow {
  readonly project: string;
  readonly version: string;
  /** The folder of the package `tensorflow`: absolute. */
  readonly folder: string;
}

/** A Python on the search path. */
export interface Python {
  /** The absolute path of the program. */
  readonly program: string;
  readonly version: string;
  readonly hasPip: boolean;
  readonly tensorflow: PythonTensorFlow | null;
}

/** A Python on a slow network disk takes seconds to start. */
const ANSWER_MILLISECONDS = 60_000;

/** Returns every working Python among the search path's first `python3` and first `python`. */
export async function findPythons(
  searchPath: readonly string[],
  onProgress: (line: string) => void = () => undefined,
  limitMs = ANSWER_MILLISECONDS,
): Promise<Python[]> {
  const pythons: Python[] = [];
  for (const name of ['python3', 'python']) {
    const program = await findProgram(name, searchPath);
    const python = program === null ? null : await describe(program, onProgress, limitMs);
    if (python !== null) pythons.push(python);
  }
  return pythons;
}

/** Returns the first executable file with this name on the search path, or `null`. */
export async function findProgram(name: string, searchPath: readonly string[]): Promise<string | null> {
  for (const folder of searchPath) {
    const program = join(folder, name);
    const executable = await access(program, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (executable) return program;
  }
  return null;
}

async function describe(
  program: string,
  onProgress: (line: string) => void,
  limitMs: number,
): Promise<Python | null> {
  // A Python that cannot start or is too old for the script is skipped.
  const result = await runProgram(program, ['-c', describePython], {
    limitMs,
    awaited: `${program}, which reports whether it has TensorFlow or pip`,
    onWait: onProgress,
  }).catch(() => null);
  if (result?.overdue === true) {
    onProgress(`${program} did not answer within ${limitMs / 1000} s, and is skipped.`);
  }
  if (result?.code !== 0) return null;
  try {
    const answer = JSON.parse(result.stdout) as Omit<Python, 'program'>;
    return { program, version: answer.version, hasPip: answer.hasPip, tensorflow: answer.tensorflow };
  } catch {
    return null;
  }
}
