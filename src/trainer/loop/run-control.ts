/** Wishes that a run may end before its plan does; the loops look at them between two batches. */
export class RunControl {
  #stopReason: string | null = null;
  #interruptReason: string | null = null;
  #mayStop: () => boolean = () => true;

  /** Leaves wishes to stop without effect for as long as this says no; interruptions are not held. */
  holdUntil(mayStop: () => boolean): void {
    this.#mayStop = mayStop;
  }

  /** A hook's wish: training ends as if its plan had ended. The first reason stands. */
  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  /** The user's wish: training breaks off between two batches. The first reason stands. */
  interrupt(reason: string): void {
    this.#interruptReason ??= reason;
  }

  /** Whether a hook has asked for an end, be it in effect or not. */
  get isStopWished(): boolean {
    return this.#stopReason !== null;
  }

  /** Why a hook ends training now. */
  get stopReason(): string | null {
    return this.#mayStop() ? this.#stopReason : null;
  }

  get interruptReason(): string | null {
    return this.#interruptReason;
  }

  isInterrupted(): boolean {
    return this.#interruptReason !== null;
  }

  isEnding(): boolean {
    return this.stopReason !== null || this.isInterrupted();
  }
}
