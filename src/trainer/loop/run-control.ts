import type { Ranks } from '../../contracts';
import { soloRanks } from '../../strategy';

/** What becomes of an evaluation when the user ends the run: one rank of several may not leave it alone. */
export function endingOf({ isAlone }: RunControl, name: string): string {
  return isAlone ? `the ${name} is broken off and the run ends.` : `the run ends after the ${name}.`;
}

/** What ends a run early: why a hook wants it, why the user wants it. */
interface Wishes {
  stop: string | null;
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

  /** Leaves wishes to stop without effect for as long as this says no; interruptions are not held. */
  holdUntil(mayStop: () => boolean): void {
    this.#mayStop = mayStop;
  }

  /** A hook's wish: training ends as if its plan had ended. The first reason stands. */
  stop(reason: string): void {
    this.#own.stop ??= reason;
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
    for (const { stop, interrupt } of await this.#ranks.gather({ ...own })) {
      shared.stop ??= stop;
      shared.interrupt ??= interrupt;
    }
  }

  /** Whether a hook of this rank has asked for an end, be it in effect or not. */
  get isStopWished(): boolean {
    return this.#own.stop !== null;
  }

  /** Why a hook ends training now. */
  get stopReason(): string | null {
    return this.#mayStop() ? this.#shared.stop : null;
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
}
