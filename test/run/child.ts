import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';

const root = resolve(__dirname, '../..');

/** The small experiment of these tests. */
export const small = 'test/run/experiments/small.ts';

/** A folder that is gone after the tests of a file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-run-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** How a process ended, and what it wrote. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly errors: string;
}

/** A file of this project that runs in a process of its own, as `npx ts-node FILE` runs it. */
export class Child {
  readonly ended: Promise<Ended>;
  readonly #process: ChildProcess;
  #output = '';
  #errors = '';
  #watch: () => void = () => undefined;

  constructor(
    file: string,
    args: readonly string[],
    { cwd, preload = [], env = {} }: { cwd: string; preload?: readonly string[]; env?: NodeJS.ProcessEnv },
  ) {
    const modules = [require.resolve('ts-node/register'), ...preload.map((path) => join(root, path))];
    const words = [...modules.flatMap((module) => ['-r', module]), join(root, file), ...args];
    this.#process = spawn(process.execPath, words, {
      cwd,
      env: {
        ...process.env,
        TS_NODE_PROJECT: join(root, 'tsconfig.json'),
        FULGUR_DEBUG: '',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#watch();
    });
    this.#process.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.ended = new Promise((done, failed) => {
      this.#process.once('error', failed);
      this.#process.once('close', (code, signal) => {
        done({ code, signal, output: this.#output, errors: this.#errors });
      });
    });
  }

  /** What it has written so far. */
  get output(): string {
    return this.#output;
  }

  /** Waits until it has written `text`. */
  async wrote(text: string): Promise<void> {
    const seen = new Promise<void>((resolve) => {
      this.#watch = () => {
        if (this.#output.includes(text)) resolve();
      };
      this.#watch();
    });
    const end = this.ended.then(({ output, errors }) => {
      if (!output.includes(text)) throw new Error(`ended without writing '${text}':\n${output}\n${errors}`);
    });
    await Promise.race([seen, end]);
  }

  kill(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }
}

/** Runs a file to its end. */
export function runChild(
  file: string,
  args: readonly string[],
  options: ConstructorParameters<typeof Child>[2],
): Promise<Ended> {
  return new Child(file, args, options).ended;
}

export function readYaml(...path: readonly string[]): unknown {
  return parse(readFileSync(join(...path), 'utf8'));
}
