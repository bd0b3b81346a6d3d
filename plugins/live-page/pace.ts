import type { FitProgress } from '../../src';

/** How much the newest measurement counts in the running mean. */
const smoothing = 0.3;
/** Below this a measurement says more about the clock than about the run. */
const leastSeconds = 0.05;

/** How fast a fit goes, from the moments at which batches ended, and what is left of it. */
export class Pace {
  private batches = 0;
  private samples = 0;
  private since: number | null = null;
  private perBatch: number | null = null;
  private perSecond: number | null = null;
  private restingSince: number | null = null;
  /** Seconds of this start that did not go into training, within the current measurement and in all. */
  private rested = 0;
  private restedInAll = 0;
  private batchesInAll = 0;

  /** @param samples of the batch on all ranks. @param now seconds of a steady clock. */
  batchEnded(samples: number, now: number): void {
    this.batchesInAll += 1;
    // The first batch of a start has its step traced.
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

  /** Something else than training begins, such as an evaluation. */
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

  /** What is left to do, evaluations as they came so far among it; `null` where the end or the pace is unknown. */
  secondsLeft(progress: FitProgress): number | null {
    const batches = batchesLeft(progress);
    if (batches === null || this.perBatch === null) return null;
    return batches * (this.perBatch + this.restedInAll / this.batchesInAll);
  }
}

/** Batches up to the end of the run, the current one not among them; `null` for an endless run. */
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
  // Of several batches an update.
  if (maxSteps !== null && globalStep > 0) limits.push((maxSteps - globalStep) * (done / globalStep));
  return limits.length === 0 ? null : Math.max(0, Math.min(...limits));
}

function smoothed(before: number | null, value: number): number {
  return before === null ? value : smoothing * value + (1 - smoothing) * before;
}
