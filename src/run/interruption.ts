import { childEnvironment } from '../config';
import type { Notify } from '../contracts';
import { messageOf } from '../errors';
import { runProgram } from '../system';

/** What can be told to end early: the trainer. */
export interface Interruptible {
  interrupt(reason: string): void;
  /** What becomes of what is going on then: `the run ends after the current batch.` */
  readonly ending: string;
}

/** Exit codes of a process that a signal ended, as shells give them. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGUSR1: 138 } as const;
type EndSignal = keyof typeof exitCodes;

/** npm passes a Ctrl-C on to a process that the terminal has told already: two so close are one. */
const ECHO_MILLISECONDS = 500;

/** What the interruption needs of its process; tests give their own. */
export interface ProcessSignals {
  on(signal: EndSignal, listener: (signal: EndSignal) => void): unknown;
  off(signal: EndSignal, listener: (signal: EndSignal) => void): unknown;
  exit(code: number): void;
}

export interface InterruptionParts {
  readonly signals?: ProcessSignals;
  /** Milliseconds of a steady clock. */
  readonly now?: () => number;
  /** Puts the job that this process belongs to back in its queue; `null` where there is none. */
  readonly requeue?: (() => Promise<void>) | null;
}

/**
 * Ctrl-C (SIGINT), SIGTERM and SIGHUP, which comes when the terminal is closed, during a run. While the trainer fits, the
 * first one lets it finish its batch and save; the second one ends the process at once, and so does the first where there
 * is nothing to save yet. A second SIGHUP changes nothing: shell and system both send one. Under Slurm the same
 * goes for SIGUSR1, with which it announces the end of a job's time (`--signal=SIGUSR1@90`); the job is then put back in
 * its queue.
 */
export class Interruption {
  readonly #signals: ProcessSignals;
  readonly #now: () => number;
  #fitting: Interruptible | null = null;
  #received: { readonly signal: EndSignal; readonly at: number } | null = null;

  constructor(
    private readonly notify: Notify,
    private readonly parts: InterruptionParts = {},
  ) {
    this.#signals = parts.signals ?? process;
    this.#now = parts.now ?? (() => performance.now());
  }

  /** Listens from now on. Returns the disposer. */
  listen(): () => void {
    const listener = (signal: EndSignal): void => this.receive(signal);
    // Without Slurm SIGUSR1 stays Node's own: it starts the inspector.
    const names: EndSignal[] = [
      'SIGINT',
      'SIGTERM',
      'SIGHUP',
      ...(this.#requeue === null ? [] : ['SIGUSR1' as const]),
    ];
    for (const name of names) this.#signals.on(name, listener);
    return () => {
      for (const name of names) this.#signals.off(name, listener);
    };
  }

  /** While `fit` runs, a signal goes to `trainer` first. */
  async during<T>(trainer: Interruptible, fit: () => Promise<T>): Promise<T> {
    this.#fitting = trainer;
    try {
      return await fit();
    } finally {
      this.#fitting = null;
    }
  }

  /** After the run: puts the job back in its queue where its time was over. */
  async finish(): Promise<void> {
    if (this.#received?.signal === 'SIGUSR1') await this.#requeue?.();
  }

  /** The exit code of the signal that came, or `null`. */
  get exitCode(): number | null {
    return this.#received === null ? null : exitCodes[this.#received.signal];
  }

  get #requeue(): (() => Promise<void>) | null {
    return this.parts.requeue ?? null;
  }

  /** Takes a signal, also one that came in another way than to this process. */
  receive(signal: EndSignal): void {
    const at = this.#now();
    const first = this.#received === null;
    if (this.#received !== null && (signal === 'SIGHUP' || at - this.#received.at < ECHO_MILLISECONDS))
      return;
    this.#received ??= { signal, at };
    const name = signal === 'SIGINT' ? 'Ctrl-C' : signal;
    if (first && this.#fitting !== null) {
      const { ending } = this.#fitting;
      this.notify(
        'info',
        `${name}: ${ending} ` +
          (signal === 'SIGUSR1'
            ? 'Then the job goes back to its queue.'
            : 'Press Ctrl-C again to end at once.'),
      );
      this.#fitting.interrupt(name);
      return;
    }
    if (first) this.notify('info', `${name}: the run ends at once; it is not training.`);
    const leave = (): void => this.#signals.exit(exitCodes[signal]);
    if (this.#received.signal === 'SIGUSR1') void this.finish().finally(leave);
    else leave();
  }
}

const REQUEUE_MILLISECONDS = 30_000;

/** Puts a Slurm job back in its queue, as `scontrol requeue` does; a failure is said, and changes nothing. */
export async function requeueJob(job: string, notify: Notify, limitMs = REQUEUE_MILLISECONDS): Promise<void> {
  const reason = await requeue(job, notify, limitMs).catch((error: unknown) => messageOf(error));
  if (reason === null) {
    notify('info', `Slurm job ${job} is back in its queue; with --resume auto it goes on from here.`);
  } else {
    notify('warning', `Slurm job ${job} could not be put back in its queue: ${reason}.`);
  }
}

/** Why the job was not put back; `null` where it was. */
async function requeue(job: string, notify: Notify, limitMs: number): Promise<string | null> {
  const { code, signal, stderr, overdue } = await runProgram('scontrol', ['requeue', job], {
    limitMs,
    env: childEnvironment({}),
    awaited: `scontrol, which puts Slurm job ${job} back in its queue`,
    onWait: (sentence) => notify('info', sentence),
  });
  if (overdue) return `scontrol did not answer within ${limitMs / 1000} s`;
  if (code === 0) return null;
  return (
    stderr.trim().replace(/\.$/, '') || `scontrol ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`
  );
}
