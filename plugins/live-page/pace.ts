import type { FitProgress } from '../../src';

/** Weight of the newest measurement in the running mean. */
const smoothing = 0.3;
/** Below this a measurement says more about the clock than about the run. */
const leastSeconds = 0.05;

/** The speed of a fit, measured from the times at which batches ended, and the time left. */
export class Pace {
  private batches = 0;
  private samples = 0;
  private since: number | null = null;
  private perBatch: number | null = null;
  private perSecond: number | null = null;
  private restingSince: number | null = null;
  /** Seconds of this start that were not spent on training, within the current measurement and in total. */
  private rested = 0;
  private restedInAll = 0;
  private batchesInAll = 0;

  /** @param samples number of samples of the batch on all ranks. @param now seconds on a monotonic clock. */
  batchEnded(samples: number, now: number): void {
    this.batchesInAll += 1;
    // The first batch of a start includes tracing the step.
    if (this.since === null) {
      this.since = now;
      this.rested = 0;
      return;
    }
    this.batches += 1;
    this.samples += samples;
    const seconds = now - this.since - this.rested;
    if (seconds < leastSeconds) return;
    this.perBatch = smoothed(this.perBatch, seconds / this.batches);
    this.perSecond = smoothed(this.perSecond, this.samples / seconds);
    this.since = now;
    this.batches = this.samples = this.rested = 0;
  }

  /** Called when something other than training begins, such as an evaluation. */
  rest(now: number): void {
    this.restingSince ??= now;
  }

  goOn(now: number): void {
    if (this.restingSince === null) return;
    this.rested += now - this.restingSince;
    this.restedInAll += now - this.restingSince;
    this.restingSince = null;
  }

  get secondsPerBatch(): number | null {
    return this.perBatch;
  }

  get samplesPerSecond(): number | null {
    return this.perSecond;
  }

  /** Estimates the time left, including evaluations at the rate seen so far; `null` if the end or the pace is unknown. */
  secondsLeft(progress: FitProgress): number | null {
    const batches = batchesLeft(progress);
    if (batches === null || this.perBatch === null) return null;
    return batches * (this.perBatch + this.restedInAll / this.batchesInAll);
  }
}

/** Number of batches to the end of the run, excluding the current one; `null` for an endless run. */
function batchesLeft({
  epoch,
  batchIndex,
  batchesPerEpoch,
  globalStep,
  maxEpochs,
  maxSteps,
}: FitProgress): number | null {
  const done = epoch * batchesPerEpoch + batchIndex + 1;
  const limits: number[] = [];
  if (maxEpochs !== null) limits.push(maxEpochs * batchesPerEpoch - done);
  // An update may take several batches.
  if (maxSteps !== null && globalStep > 0) limits.push((maxSteps - globalStep) * (done / globalStep));
  return limits.length === 0 ? null : Math.max(0, Math.min(...limits));
}

function smoothed(before: number | null, value: number): number {
  return before === null ? value : smoothing * value + (1 - smoothing) * before;
}
