import type { Notify, RunSettings, RunState, StopWish } from '../../contracts';
import type { ProgressCounter } from './progress-counter';
import type { RunControl } from '../run-control';
import { minimumOf } from '../run-plan';

/** Ends a fit when a hook requests it, once its minimum is done. */
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

  /** Whether the reason for ending training has already been reported. */
  get hasToldWhy(): boolean {
    return this.#toldWhy;
  }

  /**
   * Handles a hook's request. A request before the minimum is dropped, which is reported once.
   * @returns whether training ends.
   */
  stop(reason: string, by: string): boolean {
    if (this.control.stop(reason, by)) return true;
    if (this.#toldOfMinimum) return false;
    this.#toldOfMinimum = true;
    this.notify(
      'info',
      `Training was asked to end (${reason}), but continues until ${minimumOf(this.progress.bounds)}; it ends if that is requested again later.`,
    );
    return false;
  }

  /** Ends a resumed run again if what ended it at its checkpoint still holds. */
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
 * Returns why the request that ended the run at its checkpoint no longer holds, as a sentence: the plugin that made it
 * is gone, or has other options now. `null` if it still holds.
 */
function changedStopper({ stop, origin }: RunState, settings: RunSettings): string | null {
  if (stop === undefined || origin === undefined || settings.origin === undefined) return null;
  const { reason, by } = stop;
  const before = origin.pluginDigests[by];
  const now = settings.origin.pluginDigests[by];
  if (before === undefined || before === now) return null;
  return (
    `Training was ended here by '${by}' (${reason}); it continues, ` +
    (now === undefined
      ? 'because that plugin is not in this run.'
      : 'because that plugin has other options now.')
  );
}

/** Returns the message for a run that starts where it was ended before. */
function endedHere({ reason, by }: StopWish): string {
  return (
    `Training was ended here by '${by}' (${reason}), so there is nothing left to do. ` +
    'To continue, change what ended it, or set trainer.minEpochs or trainer.minSteps to more than is done.'
  );
}
