import { childEnvironment } from '../config';
import type { Notify } from '../contracts';
import { messageOf } from '../errors';
import { runProgram } from '../system';

/** Something that can be told to end early: the trainer. */
export interface Interruptible {
  interrupt(reason: string): void;
  /** The consequence for the current work: `the run ends after the current batch.` */
  readonly ending: string;
}

/** Exit codes of a process ended by a signal, as shells report them. */
export const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGUSR1: 138 } as const;
type EndSignal = keyof typeof exitCodes;

/** npm forwards a Ctrl-C to a process that the terminal has already signalled: two within this time count as one. */
const ECHO_MILLISECONDS = 500;

/** The parts of the process that the interruption uses; tests supply their own. */
export interface ProcessSignals {
  on(signal: EndSignal, listener: (signal: EndSignal) => void): unknown;
  off(signal: EndSignal, listener: (signal: EndSignal) => void): unknown;
  exit(code: number): void;
}

export interface InterruptionParts {
  readonly signals?: ProcessSignals;
  /** Milliseconds on a monotonic clock. */
  readonly now?: () => number;
  /** Requeues the job to which this process belongs; `null` if there is none. */
  readonly requeue?: (() => Promise<void>) | null;
}

/**
 * Handles Ctrl-C (SIGINT), SIGTERM and SIGHUP, which is sent when the terminal closes, during a run. While the trainer
 * fits, the first signal lets it finish its batch and save; the second one ends the process at once, as does the first
 * if there is nothing to save yet. A second SIGHUP changes nothing, since the shell and the system both send one. Under
 * Slurm the same applies to SIGUSR1, with which it announces the end of a job's time (`--signal=SIGUSR1@90`); the job
 * is then requeued.
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

  /** Starts listening. Returns the disposer. */
  listen(): () => void {
    const listener = (signal: EndSignal): void => this.receive(signal);
    // Without Slurm, SIGUSR1 keeps its meaning in Node, which is to start the inspector.
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

  /** While `fit` runs, signals go to `trainer` first. */
  async during<T>(trainer: Interruptible, fit: () => Promise<T>): Promise<T> {
    this.#fitting = trainer;
    try {
      return await fit();
    } finally {
      this.#fitting = null;
    }
  }

  /** After the run, requeues the job if its time was up. */
  async finish(): Promise<void> {
    if (this.#received?.signal === 'SIGUSR1') await this.#requeue?.();
  }

  /** The exit code of the signal that was received, or `null`. */
  get exitCode(): number | null {
    return this.#received === null ? null : exitCodes[this.#received.signal];
  }

  get #requeue(): (() => Promise<void>) | null {
    return this.parts.requeue ?? null;
  }

  /** Handles a signal, including one that did not reach this process directly. */
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
          (signal === 'SIGUSR1' ? 'The job is then requeued.' : 'Press Ctrl-C again to end at once.'),
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

/** Requeues a Slurm job with `scontrol requeue`; a failure is reported and has no other effect. */
export async function requeueJob(job: string, notify: Notify, limitMs = REQUEUE_MILLISECONDS): Promise<void> {
  const reason = await requeue(job, notify, limitMs).catch((error: unknown) => messageOf(error));
  if (reason === null) {
    notify('info', `Slurm job ${job} was requeued; with --resume auto it resumes from here.`);
  } else {
    notify('warning', `Slurm job ${job} could not be requeued: ${reason}.`);
  }
}

/** Returns why the job was not requeued; `null` if it was. */
async function requeue(job: string, notify: Notify, limitMs: number): Promise<string | null> {
  const { code, signal, stderr, overdue } = await runProgram('scontrol', ['requeue', job], {
    limitMs,
    env: childEnvironment({}),
    awaited: `scontrol, which requeues Slurm job ${job}`,
    onWait: (sentence) => notify('info', sentence),
  });
  if (overdue) return `scontrol did not answer within ${limitMs / 1000} s`;
  if (code === 0) return null;
  return (
    stderr.trim().replace(/\.$/, '') || `scontrol ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`
  );
}
