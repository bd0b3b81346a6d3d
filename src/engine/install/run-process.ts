import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { childEnvironment } from '../../config/environment';

/** How a child process ended, and the end of what it wrote. */
export interface ProcessResult {
  /** Exit code, or `null` where a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProcessOptions {
  /** Added to this process's environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Called with every line of standard output as it comes. */
  readonly onLine?: (line: string) => void;
}

const keptCharacters = 200_000;

/**
 * Runs a program to its end. Its standard input stays open, and empty, for as long as this process lives.
 *
 * @throws the system's error where the program cannot be started.
 */
export function runProcess(
  program: string,
  args: readonly string[],
  { environment = {}, onLine }: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: childEnvironment(environment),
    });
    let stdout = '';
    let stderr = '';
    const lines = createInterface({ input: child.stdout });
    lines.on('line', (line) => {
      stdout = (stdout + line + '\n').slice(-keptCharacters);
      onLine?.(line);
    });
    const linesRead = new Promise<void>((done) => lines.once('close', done));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-keptCharacters);
    });
    // A child that ends early closes its input: not a failure of its own.
    child.stdin.on('error', () => undefined);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      void linesRead.then(() => resolve({ code, signal, stdout, stderr }));
    });
  });
}
