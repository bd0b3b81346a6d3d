import type { Notify, RunSettings, RunState, StopWish } from '../../contracts';
import type { ProgressCounter } from './progress-counter';
import type { RunControl } from '../run-control';
import { minimumOf } from '../run-plan';

/** Ends a fit at a hook's wish, once its minimum is done. */
export class FitStopper {
  #toldOfMinimum = false;
  #toldWhy = false;

  constructor(
    private readonly control: RunControl,
    private readonly progress: ProgressCounter,
    private readonly notify: Notify,
  ) {
    control.holdUntil(() => progress.isMinimumDone());
  }

  /** Whether it has been said why training ends, which is not to be said twice. */
  get hasToldWhy(): boolean {
    return this.#toldWhy;
  }

  /**
   * A hook's wish. One that comes before the minimum is dropped, which is said once.
   *
   * @returns whether training ends.
   */
  stop(reason: string, by: string): boolean {
    if (this.control.stop(reason, by)) return true;
    if (this.#toldOfMinimum) return false;
    this.#toldOfMinimum = true;
    this.notify(
      'info',
      `Training was to end (${reason}), but goes on until ${minimumOf(this.progress.bounds)}; it ends when that is wished again after it.`,
    );
    return false;
  }

  /** What ended the run that a state is of ends it again, unless that has changed. */
  restore(state: RunState, settings: RunSettings): void {
    const { stop } = state;
    if (stop === undefined) return;
    const changed = changedStopper(state, settings);
    if (changed !== null) this.notify('info', changed);
    else if (this.stop(stop.reason, stop.by)) {
      this.#toldWhy = true;
      this.notify('info', endedHere(stop));
    }
  }
}

/**
 * Why the wish that ended the run at its checkpoint holds no longer, as a sentence: who wished it is gone, or has other
 * options now. `null` where it holds.
 */
function changedStopper({ stop, origin }: RunState, settings: RunSettings): string | null {
  if (stop === undefined || origin === undefined || settings.origin === undefined) return null;
  const { reason, by } = stop;
  const before = origin.pluginDigests[by];
  const now = settings.origin.pluginDigests[by];
  if (before === undefined || before === now) return null;
  return (
    `Training was ended here by '${by}' (${reason}); it goes on, ` +
    (now === undefined ? 'as that plugin is not in this run.' : 'as that plugin has other options now.')
  );
}

/** What a run says that begins where it was ended before. */
function endedHere({ reason, by }: StopWish): string {
  return (
    `Training was ended here by '${by}' (${reason}), and has nothing left to do. ` +
    'To go on, change what ended it, or set trainer.minEpochs or trainer.minSteps to more than is done.'
  );
}
