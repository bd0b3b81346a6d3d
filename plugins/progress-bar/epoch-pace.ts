/** How much a new batch's duration counts in the running mean: tqdm's smoothing. */
const smoothing = 0.3;

/** Elapsed time, speed and time to go of one epoch, from the moments at which batches ended. */
export class EpochPace {
  private done: number;
  private lastEnd: number;
  private smoothed: number | null = null;

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
    const perBatch = (now - this.lastEnd) / 1000 / Math.max(done - this.done, 1);
    this.smoothed =
      this.smoothed === null ? perBatch : smoothing * perBatch + (1 - smoothing) * this.smoothed;
    this.done = done;
    this.lastEnd = now;
  }

  at(now: number): EpochStanding {
    return {
      done: this.done,
      total: this.total,
      elapsedSeconds: (now - this.startedAt) / 1000,
      secondsPerBatch: this.smoothed,
    };
  }

  /** The whole epoch, once it ended after `seconds`. */
  ended(seconds: number): EpochStanding {
    const batches = this.done - this.firstBatch;
    return {
      done: this.done,
      total: this.total,
      elapsedSeconds: seconds,
      secondsPerBatch: batches === 0 ? null : seconds / batches,
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
