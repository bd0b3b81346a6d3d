/** The rates to try, and when a loss has diverged. */
export interface SweepSettings {
  readonly minRate: number;
  readonly maxRate: number;
  readonly steps: number;
  readonly mode: 'exponential' | 'linear';
  readonly earlyStopThreshold: number | null;
}

const smoothing = 0.98;

/** The rates that are tried, and the smoothed losses that they gave; counts as Lightning's finder does. */
export class RateSweep {
  readonly rates: number[] = [];
  /** Running means of the losses; as in Lightning, the first is about half its loss, and later ones rise from there. */
  readonly losses: number[] = [];
  private mean = 0;
  private best = Infinity;
  private isPositive = true;

  constructor(private readonly settings: SweepSettings) {}

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

const SKIPPED_AT_BEGIN = 10;
const SKIPPED_AT_END = 1;

/**
 * The rate at which the loss fell fastest, by its derivative with respect to the rate; without the first ten points and
 * the last one, and without losses that are not finite. `null` where fewer than two are left.
 */
export function steepestRate(rates: readonly number[], losses: readonly number[]): number | null {
  const points = rates
    .map((rate, index) => ({ rate, loss: losses[index] ?? NaN }))
    .slice(SKIPPED_AT_BEGIN, -SKIPPED_AT_END)
    .filter(({ loss }) => Number.isFinite(loss));
  if (points.length < 2) return null;
  const slopes = points.map((_, index) => slopeAt(points, index));
  return points[slopes.indexOf(Math.min(...slopes))]?.rate ?? null;
}

interface Point {
  readonly rate: number;
  readonly loss: number;
}

/** Second-order differences at uneven distances; at the ends the slope to the neighbour, as `torch.gradient`. */
function slopeAt(points: readonly Point[], index: number): number {
  const here = points[index];
  const before = points[index - 1];
  const after = points[index + 1];
  if (here === undefined) return NaN;
  const back = before === undefined ? null : slope(before, here);
  const forth = after === undefined ? null : slope(here, after);
  if (back === null || before === undefined) return forth ?? NaN;
  if (forth === null || after === undefined) return back;
  const left = here.rate - before.rate;
  const right = after.rate - here.rate;
  return (right * back + left * forth) / (left + right);
}

function slope(from: Point, to: Point): number {
  return (to.loss - from.loss) / (to.rate - from.rate);
}
