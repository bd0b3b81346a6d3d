import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { RandomStream } from '../../src/engine/random';
import { FulgurError } from '../../src/errors';
import { decodeSafetensors } from '../../src/nn/state';
import { drawFile } from './safetensors';
import { times } from './draws';

const FILES = 2000;

/** Whether Fulgur reads a file; `unsupported` if it is of a kind that Fulgur declares not to read. */
export function verdictOf(file: Buffer): 'read' | 'refused' | 'unsupported' {
  try {
    decodeSafetensors(file);
    return 'read';
  } catch (error) {
    if (!(error instanceof FulgurError)) throw error;
    const own = /has the element type|has the name '|has the key '|__metadata__|header is not JSON/;
    return own.test(error.message) ? 'unsupported' : 'refused';
  }
}

export function drawFiles(seed: number, count: number): Buffer[] {
  return times(count, (number) => drawFile(new RandomStream(seed, 'loose', [number, 1])));
}

/** Python's verdicts, or `null` if it has no `safetensors`. */
export function pythonVerdicts(python: string, files: readonly Buffer[]): boolean[] | null {
  const input = files.map((file) => `${file.toString('base64')}\n`).join('');
  const script = join(__dirname, 'safetensors-verdicts.py');
  const { status, stdout } = spawnSync(python, [script], {
    input,
    encoding: 'utf8',
    timeout: 120_000,
    maxBuffer: 1 << 26,
  });
  if (status !== 0) return null;
  return stdout
    .trim()
    .split('\n')
    .map((line) => line === '1');
}

/** Files that Fulgur reads and Python rejects, and vice versa, except for kinds that Fulgur declares not to read. */
export function compareWithPython(python: string, seed: number): { text: string; differing: number } {
  const files = drawFiles(seed, FILES);
  const verdicts = pythonVerdicts(python, files);
  if (verdicts === null) {
    return {
      text: `safetensors: skipped the comparison with Python, since ${python} has no safetensors`,
      differing: 0,
    };
  }
  const differing = files.flatMap((file, index) => {
    const own = verdictOf(file);
    const differs =
      own === 'read' ? verdicts[index] === false : own === 'refused' && verdicts[index] === true;
    return differs ? [`  ${own} by Fulgur alone: ${file.toString('base64').slice(0, 400)}`] : [];
  });
  const text = `safetensors: ${files.length} files compared with Python's reader, ${differing.length} verdicts differ`;
  return { text: [text, ...differing.slice(0, 10)].join('\n'), differing: differing.length };
}
