import type { LearningRateFinderSettings } from './options';

const smoothing = 0.98;

/** The rates that are tried, and the smoothed losses that they gave; counts as Lightning's finder does. */
export class RateSweep {
  readonly rates: number[] = [];
  /** Running means of the losses; as in Lightning, the first is about half its loss, and later ones rise from there. */
  readonly losses: number[] = [];
  private mean = 0;
  private best = Infinity;
  private isPositive = true;

  constructor(private readonly settings: LearningRateFinderSettings) {}

  /** The rate of an update, from 0; as in Lightning, the first step is twice as long as the others. */
  rateAt(update: number): number {
    const { minRate, maxRate, steps, mode } = this.settings;
    if (update === 0) return minRate;
    const part = Math.min(1, (update + 1) / steps);
    return mode === 'linear' ? minRate + part * (maxRate - minRate) : minRate * (maxRate / minRate) ** part;
  }

  get isComplete(): boolean {
    return this.losses.length >= this.settings.steps;
  }

  /**
   * Takes the loss of the next update.
   *
   * @returns whether the loss has diverged.
   */
  add(loss: number): boolean {
    const update = this.losses.length;
    if (loss <= 0) this.isPositive = false;
    this.mean = smoothing * this.mean + (1 - smoothing) * loss;
    const smoothed = this.mean / (1 - smoothing ** (update + 2));
    this.rates.push(this.rateAt(update));
    this.losses.push(smoothed);
    const diverged = update > 0 && this.isFarFromBest(smoothed);
    if (smoothed < this.best) this.best = smoothed;
    return diverged;
  }

  /** A loss that falls below 0, such as a negative cosine, knows no "so many times worse". */
  private isFarFromBest(loss: number): boolean {
    const { earlyStopThreshold } = this.settings;
    return earlyStopThreshold !== null && this.isPositive && loss > earlyStopThreshold * this.best;
  }
}
