import { setImmediate } from 'node:timers/promises';
import type { Ranks, RunEventBus, RunStatus, RunTask, StopWish, TaskReport } from '../contracts';
import { FulgurError } from '../errors';
import { soloRanks } from '../strategy';

/** How a run ended that did not fail. */
export interface RunOutcome {
  readonly status: RunStatus;
  /** Why it was stopped or interrupted; `null` where its plan was carried out. */
  readonly detail: string | null;
}

/** What becomes of an evaluation when the user ends the run: one rank of several may not leave it alone. */
export function endingOf({ isAlone }: RunControl, name: string): string {
  return isAlone ? `the ${name} is broken off and the run ends.` : `the run ends after the ${name}.`;
}

/** What ends a run early: why a hook wants it, why the user wants it. */
interface Wishes {
  stop: StopWish | null;
  interrupt: string | null;
}

/**
 * Wishes that a run may end before its plan does; the loops look at them between two batches. With several ranks a wish
 * is in effect once all ranks know of it: they end after the same batch, or some would wait for the others for ever.
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

  /** Whether this process may leave off without asking others. */
  get isAlone(): boolean {
    return this.#ranks.worldSize === 1;
  }

  /** What becomes of what is going on when the user ends the run now, in words. */
  get ending(): string {
    return this.#ending;
  }

  /** Does what is not training, and says by `ending` what becomes of it when the user ends the run meanwhile. */
  async during<T>(ending: string, work: () => Promise<T>): Promise<T> {
    const before = this.#ending;
    this.#ending = ending;
    try {
      return await work();
    } finally {
      this.#ending = before;
    }
  }

  /** Drops wishes to stop for as long as this says no; interruptions are not held. */
  holdUntil(mayStop: () => boolean): void {
    this.#mayStop = mayStop;
  }

  /**
   * A hook's wish: training ends as if its plan had ended. The first reason stands. A wish that comes too early is gone:
   * whoever still has it wishes again, also in a run that was resumed in between and knows nothing of the first time.
   *
   * @returns whether it counts.
   */
  stop(reason: string, by = 'trainer'): boolean {
    if (!this.#mayStop()) return false;
    this.#own.stop ??= { reason, by };
    return true;
  }

  /** The user's wish: training breaks off between two batches. The first reason stands. */
  interrupt(reason: string): void {
    this.#own.interrupt ??= reason;
  }

  /** Brings any rank's wishes into effect on all of them, which must come here at the same point of training. */
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

  /** What ends training now, for a checkpoint to keep. */
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

  /** How the run ends that ends now. */
  get outcome(): RunOutcome {
    const { interruptReason, stopReason } = this;
    if (interruptReason !== null) return { status: 'interrupted', detail: interruptReason };
    if (stopReason !== null) return { status: 'stopped', detail: stopReason };
    return { status: 'finished', detail: null };
  }
}

/** What `onException` gets when a run is interrupted. */
export function interrupted(reason: string): FulgurError {
  return new FulgurError('interrupted', {
    what: `The run was interrupted: ${reason}.`,
    fix: 'Go on from the last checkpoint with --resume last.',
  });
}

/** Longest time in which a task gives no way to signals, where its own parts are shorter. */
const YIELD_MILLISECONDS = 20;

/**
 * Runs long pieces of work for hooks: says how far they are, and breaks them off when the user wants the run to end. Of
 * several ranks one alone may not leave what all do together: there the work is finished first.
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
