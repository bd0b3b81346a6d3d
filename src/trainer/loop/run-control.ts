/** Wishes that a run may end before its plan does; the loops look at them between two batches. */
export class RunControl {
  #stopReason: string | null = null;
  #interruptReason: string | null = null;

  /** A hook's wish: training ends as if its plan had ended. The first reason stands. */
  stop(reason: string): void {
    this.#stopReason ??= reason;
  }

  /** The user's wish: training breaks off between two batches. The first reason stands. */
  interrupt(reason: string): void {
    this.#interruptReason ??= reason;
  }

  get stopReason(): string | null {
    return this.#stopReason;
  }

  get interruptReason(): string | null {
    return this.#interruptReason;
  }

  isInterrupted(): boolean {
    return this.#interruptReason !== null;
  }

  isEnding(): boolean {
    return this.#stopReason !== null || this.isInterrupted();
  }
}
