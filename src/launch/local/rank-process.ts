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
  /** Node, its options, the file, its words. */
  readonly command: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Leaves standard output to the process itself, which may draw a progress bar on a terminal. */
  readonly ownsTerminal: boolean;
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
  readonly onMessage: (message: FromRank) => void;
  /** When it has ended and all that it wrote has been passed on. */
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
    // A program that cannot be started: there is no 'close' then.
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

  /** Whether it was stopped, as by SIGSTOP; told on Linux only. */
  get isStopped(): boolean {
    try {
      // The state comes after the name, which stands in brackets.
      const [state] = readFileSync(`/proc/${this.pid}/stat`, 'utf8').split(') ').at(-1) ?? '';
      return state === 'T' || state === 't';
    } catch {
      return false;
    }
  }

  /** A signal by message: TensorFlow takes SIGTERM for itself at times. */
  tell(signal: LaunchSignal): void {
    const message: FromLauncher = { kind: 'signal', signal };
    // It may end in this very moment.
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
