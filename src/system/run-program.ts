import { spawn } from 'node:child_process';
import { LineCutter } from './line-cutter';
import { startTimer } from './timer';

/** How a program ended, and the end of its output. */
export interface ProgramResult {
  /** The exit code, or `null` if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Whether it was ended because its time was up. */
  readonly overdue: boolean;
}

/** Options of `runProgram`. */
export interface ProgramOptions {
  /** The time in milliseconds that it may take, or that may pass between two signs of life. */
  readonly limitMs: number;
  /**
   * A value that changes while the program makes progress; a change counts as a sign of life, as does a line of output.
   */
  readonly sign?: () => unknown;
  /** What is awaited, to follow "Waiting for": `git, which names the commit`. */
  readonly awaited: string;
  /** Receives, once, what is awaited if that takes 5 seconds. */
  readonly onWait?: ((sentence: string) => void) | undefined;
  /** Called with every line of standard output as it arrives. */
  readonly onLine?: (line: string) => void;
  /** Its whole environment (default: this process's own). */
  readonly env?: NodeJS.ProcessEnv;
}

const SAY_AFTER = 5_000;
const LOOK_EVERY = 500;
/** The time that a program that has ended may take to close its output: a child of it may keep that open for ever. */
const LAST_WORDS = 1_000;
const KEPT_CHARACTERS = 200_000;
/** More output than any program has that is run for its answer: one that continues to write is ended. */
const MOST_BYTES = 1 << 24;

/**
 * Runs a program until it ends or its time is up: then it is killed, and not awaited. Its standard input stays open,
 * and empty, as long as this process lives.
 *
 * @throws the system's error if the program cannot be started.
 */
export function runProgram(
  program: string,
  args: readonly string[],
  { limitMs, sign, awaited, onWait, onLine, env }: ProgramOptions,
): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(env === undefined ? {} : { env }),
    });
    let stdout = '';
    let stderr = '';
    let end: Pick<ProgramResult, 'code' | 'signal'> | null = null;
    let alive = { at: performance.now(), sign: sign?.() };
    const lines = new LineCutter((line) => {
      alive = { ...alive, at: performance.now() };
      stdout += `${line}\n`;
      // Not at every line: with many short ones each would cost as much as all the output kept.
      if (stdout.length > 2 * KEPT_CHARACTERS) stdout = stdout.slice(-KEPT_CHARACTERS);
      onLine?.(line);
    });
    const notice = startTimer(SAY_AFTER, () => onWait?.(`Waiting for ${awaited}.`));
    const watch = setInterval(
      () => {
        const now = sign?.();
        if (now !== alive.sign) alive = { at: performance.now(), sign: now };
        if (performance.now() - alive.at > limitMs) finish(true);
      },
      Math.min(LOOK_EVERY, limitMs),
    );
    const settle = (): void => {
      notice.cancel();
      clearInterval(watch);
    };
    let finished = false;
    const finish = (overdue: boolean): void => {
      if (finished) return;
      finished = true;
      settle();
      if (end === null) child.kill('SIGKILL');
      // A program inside a kernel call ends late or never, and a child of it may keep the pipes open.
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
      child.unref();
      lines.end();
      stdout = stdout.slice(-KEPT_CHARACTERS);
      resolve({ ...(end ?? { code: null, signal: 'SIGKILL' }), stdout, stderr, overdue });
    };
    let bytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > MOST_BYTES) finish(true);
      else lines.write(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_CHARACTERS);
    });
    // A program that ends early closes its input: this is not a failure of its own.
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => {
      settle();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      end = { code, signal };
      const last = startTimer(LAST_WORDS, () => finish(false)).unref();
      child.once('close', () => last.cancel());
    });
    child.once('close', () => finish(false));
  });
}
