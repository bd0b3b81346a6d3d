import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { childEnvironment } from '../../config';
import { LineCutter } from '../../system';
import type { FromLauncher, FromRank, LaunchSignal } from './messages';

/** How a rank's process ended. */
export interface RankEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RankStart {
  readonly rank: number;
  /** Node, its options, the file and its arguments. */
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Lets the process write directly to standard output, where it may draw a progress bar on a terminal. */
  readonly ownsTerminal: boolean;
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  readonly onMessage: (message: FromRank) => void;
  /** Called when it has ended and all of its output has been forwarded. */
  readonly onEnd: (end: RankEnd) => void;
}

const KEPT_LINES = 20;

/** The process of one rank. */
export class RankProcess {
  readonly rank: number;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  #end: RankEnd | null = null;

  constructor({ rank, command, variables, ownsTerminal, onLine, onMessage, onEnd }: RankStart) {
    const [program = process.execPath, ...words] = command;
    this.rank = rank;
    this.#child = spawn(program, words, {
      env: childEnvironment(variables),
      stdio: ['ignore', ownsTerminal ? 'inherit' : 'pipe', 'pipe', 'ipc'],
    });
    this.pid = this.#child.pid ?? 0;
    for (const stream of ['stdout', 'stderr'] as const) {
      const cutter = new LineCutter((line) => {
        this.#lines.push(line);
        if (this.#lines.length > KEPT_LINES) this.#lines.shift();
        onLine(line, stream);
      });
      this.#child[stream]?.on('data', (chunk: Buffer) => cutter.write(chunk));
      this.#child[stream]?.on('end', () => cutter.end());
    }
    this.#child.on('message', (message: FromRank) => onMessage(message));
    // If a program cannot be started, there is no 'close'.
    this.#child.once('error', () => this.#finish({ code: 127, signal: null }, onEnd));
    this.#child.once('close', (code, signal) => this.#finish({ code, signal }, onEnd));
  }

  /** `null` while it runs. */
  get end(): RankEnd | null {
    return this.#end;
  }

  get lastLines(): readonly string[] {
    return this.#lines;
  }

  /** Whether it is stopped, as by SIGSTOP; only known on Linux. */
  get isStopped(): boolean {
    try {
      // The state comes after the name, which is in brackets.
      const [state] = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
      return state === 'T' || state === 't';
    } catch {
      return false;
    }
  }

  /** Sends a signal as a message, because TensorFlow sometimes intercepts SIGTERM. */
  tell(signal: LaunchSignal): void {
    const message: FromLauncher = { kind: 'signal', signal };
    // It may end at this very moment.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  kill(): void {
    if (this.#end === null) this.#child.kill('SIGKILL');
  }

  #finish(end: RankEnd, onEnd: (end: RankEnd) => void): void {
    if (this.#end !== null) return;
    this.#end = end;
    onEnd(end);
  }
}
