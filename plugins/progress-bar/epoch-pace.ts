/** How much a new batch's duration counts in the running mean: tqdm's smoothing. */
const smoothing = 0.3;

/** Elapsed time, speed of training and time to go of one epoch, from the moments at which batches ended. */
export class EpochPace {
  private done: number;
  private lastEnd: number;
  private smoothed: number | null = null;
  /** Time that did not go into training: before the last batch's end, and since. */
  private restedBefore = 0;
  private rested = 0;
  private restingSince: number | null = null;

  /**
   * @param startedAt milliseconds.
   * @param firstBatch batches that were done before: those of an epoch resumed in its middle.
   */
  constructor(
    private readonly startedAt: number,
    private readonly firstBatch: number,
    private readonly total: number,
  ) {
    this.done = firstBatch;
    this.lastEnd = startedAt;
  }

  batchEnded(done: number, now: number): void {
    const perBatch = (now - this.lastEnd - this.rested) / 1000 / Math.max(done - this.done, 1);
    this.smoothed =
      this.smoothed === null ? perBatch : smoothing * perBatch + (1 - smoothing) * this.smoothed;
    this.done = done;
    this.lastEnd = now;
    this.restedBefore += this.rested;
    this.rested = 0;
  }

  /** Something else than training begins, such as an evaluation: its time is not that of a batch. */
  rest(now: number): void {
    this.restingSince ??= now;
  }

  goOn(now: number): void {
    if (this.restingSince !== null) this.rested += now - this.restingSince;
    this.restingSince = null;
  }

  at(now: number): EpochStanding {
    return {
      done: this.done,
      total: this.total,
      elapsedSeconds: (now - this.startedAt) / 1000,
      secondsPerBatch: this.smoothed,
    };
  }

  /** The whole epoch, once it ended after `seconds`; what followed its last batch is no part of the speed. */
  ended(seconds: number): EpochStanding {
    const batches = this.done - this.firstBatch;
    const training = (this.lastEnd - this.startedAt - this.restedBefore) / 1000;
    return {
      done: this.done,
      total: this.total,
      elapsedSeconds: seconds,
      secondsPerBatch: batches === 0 ? null : training / batches,
    };
  }
}

export interface EpochStanding {
  /** Batches done, of `total`. */
  readonly done: number;
  readonly total: number;
  readonly elapsedSeconds: number;
  /** `null` before the first batch. */
  readonly secondsPerBatch: number | null;
}
