import { setImmediate } from 'node:timers/promises';
import type { Ranks, RunEventBus, RunStatus, RunTask, StopWish, TaskReport } from '../contracts';
import { FulgurError } from '../errors';
import { soloRanks } from '../strategy';

/** How a run ended that did not fail. */
export interface RunOutcome {
  readonly status: RunStatus;
  /** Why it was stopped or interrupted; `null` if its plan was completed. */
  readonly detail: string | null;
}

/** What happens to an evaluation when the user ends the run: one rank of several may not leave it alone. */
export function endingOf({ isAlone }: RunControl, name: string): string {
  return isAlone ? `the ${name} is cancelled and the run ends.` : `the run ends after the ${name}.`;
}

/** The reasons that end a run early: of a hook, and of the user. */
interface Wishes {
  stop: StopWish | null;
  interrupt: string | null;
}

/**
 * Requests to end a run before its plan does; the loops check them between two batches. With several ranks a request
 * takes effect once all ranks know of it: they end after the same batch, otherwise some would wait for the others for
 * ever.
 */
export class RunControl {
  readonly #ranks: Ranks;
  readonly #own: Wishes = { stop: null, interrupt: null };
  readonly #shared: Wishes;
  #mayStop: () => boolean = () => true;
  #ending = 'the run ends after the current batch.';

  constructor(ranks: Ranks = soloRanks) {
    this.#ranks = ranks;
    this.#shared = ranks.worldSize === 1 ? this.#own : { stop: null, interrupt: null };
  }

  /** Whether this process may stop without asking other ranks. */
  get isAlone(): boolean {
    return this.#ranks.worldSize === 1;
  }

  /** Describes what happens to the current work if the user ends the run now. */
  get ending(): string {
    return this.#ending;
  }

  /** Does work other than training; `ending` describes what happens to it if the user ends the run meanwhile. */
  async during<T>(ending: string, work: () => Promise<T>): Promise<T> {
    const before = this.#ending;
    this.#ending = ending;
    try {
      return await work();
    } finally {
      this.#ending = before;
    }
  }

  /** Drops requests to stop as long as `mayStop` returns false; interruptions are not affected. */
  holdUntil(mayStop: () => boolean): void {
    this.#mayStop = mayStop;
  }

  /**
   * Handles a hook's request: training ends as if its plan had ended. The first reason counts. A request that comes too
   * early is dropped: its hook must repeat it, even in a run that was resumed meanwhile and does not know of the first
   * request.
   *
   * @returns whether the request is accepted.
   */
  stop(reason: string, by = 'trainer'): boolean {
    if (!this.#mayStop()) return false;
    this.#own.stop ??= { reason, by };
    return true;
  }

  /** Handles the user's request: training is interrupted between two batches. The first reason counts. */
  interrupt(reason: string): void {
    this.#own.interrupt ??= reason;
  }

  /** Makes the requests of any rank take effect on all ranks, which must call this at the same point of training. */
  async settle(): Promise<void> {
    const own = this.#own;
    const shared = this.#shared;
    if (own === shared) return;
    const isNew = (key: keyof Wishes): boolean => own[key] !== null && shared[key] === null;
    if (!(await this.#ranks.anyRank(isNew('stop') || isNew('interrupt')))) return;
    for (const { stop, interrupt } of await this.#ranks.gather({
      stop: own.stop === null ? null : { ...own.stop },
      interrupt: own.interrupt,
    })) {
      shared.stop ??= stop;
      shared.interrupt ??= interrupt;
    }
  }

  /** Why a hook ends training now. */
  get stopReason(): string | null {
    return this.#shared.stop?.reason ?? null;
  }

  /** The request that ends training now, for checkpoints. */
  get stopWish(): StopWish | null {
    return this.#shared.stop;
  }

  get interruptReason(): string | null {
    return this.#shared.interrupt;
  }

  isInterrupted(): boolean {
    return this.#shared.interrupt !== null;
  }

  isEnding(): boolean {
    return this.stopReason !== null || this.isInterrupted();
  }

  /** Returns how a run that ends now has ended. */
  get outcome(): RunOutcome {
    const { interruptReason, stopReason } = this;
    if (interruptReason !== null) return { status: 'interrupted', detail: interruptReason };
    if (stopReason !== null) return { status: 'stopped', detail: stopReason };
    return { status: 'finished', detail: null };
  }
}

/** Returns the error that `onException` receives when a run is interrupted. */
export function interrupted(reason: string): FulgurError {
  return new FulgurError('interrupted', {
    what: `The run was interrupted: ${reason}.`,
    fix: 'Resume from the last checkpoint with --resume last.',
  });
}

/** The longest time for which a task may delay signals, unless its own parts are shorter. */
const YIELD_MILLISECONDS = 20;

/**
 * Runs long tasks for hooks: reports their progress, and cancels them when the user wants the run to end. With several
 * ranks, one rank alone may not leave a common task: there the task is completed first.
 */
export function taskRunner(control: RunControl, events: RunEventBus): RunTask {
  return (name, work) => {
    return control.during(endingOf(control, name), async () => {
      const started = performance.now();
      let yieldedAt = started;
      let standing = { name, done: 0, total: 0 };
      const report: TaskReport = async (done, total) => {
        standing = { name, done, total };
        events.emit('taskProgress', standing);
        if (performance.now() - yieldedAt >= YIELD_MILLISECONDS) {
          await setImmediate();
          yieldedAt = performance.now();
        }
        if (control.isAlone && control.interruptReason !== null) throw interrupted(control.interruptReason);
      };
      events.emit('taskStarted', standing);
      try {
        return await work(report);
      } finally {
        events.emit('taskEnded', standing, (performance.now() - started) / 1000);
      }
    });
  };
}
