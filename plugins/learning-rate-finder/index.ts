import { z } from 'zod';
import { Plugin, definePlugin, inject, jsonText, tokens, writeWhole } from '../../src';
import type {
  BatchResult,
  HookContext,
  LearningRateControl,
  Notify,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
  Ranks,
  RunSettings,
} from '../../src';

const schema = z
  .strictObject({
    /** The first learning rate to try. */
    minRate: z.number().positive().default(1e-8),
    /** The last. */
    maxRate: z.number().positive().default(1),
    /** Number of updates from the first rate to the last. */
    steps: z.int().positive().default(100),
    /** Whether rates grow by a constant factor or a constant difference. */
    mode: z.enum(['exponential', 'linear']).default('exponential'),
    /** End when the smoothed loss exceeds the best one by this factor; `null` for never. Losses must be above 0. */
    earlyStopThreshold: z.number().gt(1).nullable().default(4),
  })
  .refine(({ minRate, maxRate }) => minRate < maxRate, { message: 'minRate must be below maxRate' });

/** Options of `learningRateFinder()`. */
export type LearningRateFinderOptions = z.input<typeof schema>;

const fileName = 'learning-rates.json';

/** Replaces the run's learning rates for as many updates as it needs, and then ends the run. */
@Plugin({
  name: 'learning-rate-finder',
  help: 'a short run that suggests a learning rate',
  affectsTraining: true,
  options: schema,
})
export class LearningRateFinder implements PluginHooks {
  private readonly sweep: RateSweep;
  private firstStep = 0;
  private ended = false;
  private diverged = false;
  private reported = false;

  private readonly curveFile: string;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.learningRate) private readonly learningRate: LearningRateControl,
    @inject(tokens.settings) private readonly settings: RunSettings,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) private readonly notify: Notify,
    @inject(tokens.ranks) private readonly ranks: Ranks,
  ) {
    this.curveFile = folder.claim(fileName);
    this.sweep = new RateSweep(options);
  }

  onFitStart({ progress }: HookContext): void {
    this.firstStep = progress.globalStep;
    this.learningRate.override((step) => this.sweep.rateAt(step - this.firstStep));
    if (!this.settings.enableCheckpointing) return;
    this.notify(
      'warning',
      'learningRateFinder() leaves the model unusable, and checkpoints of it may be saved. ' +
        'Run it with --trainer.enableCheckpointing false.',
    );
  }

  onTrainBatchEnd({ stop }: HookContext, { updated, loss }: BatchResult): void {
    if (!updated || this.ended) return;
    this.diverged = this.sweep.add(loss);
    if (!this.diverged && !this.sweep.isComplete) return;
    this.ended = true;
    stop(
      this.diverged
        ? `the learning-rate finder found that the loss diverged after ${this.sweep.losses.length} updates`
        : `the learning-rate finder has tried all ${this.options.steps} rates`,
    );
  }

  async onTrainEnd(): Promise<void> {
    await this.report();
  }

  /** A loss of NaN ends the run before the finder does; the losses until then still count. */
  async onException(): Promise<void> {
    if (this.sweep.rates.length > 0) await this.report();
  }

  private async report(): Promise<void> {
    if (this.reported || this.ranks.rank > 0) return;
    this.reported = true;
    const { rates, losses } = this.sweep;
    const suggestion = steepestRate(rates, losses);
    const path = this.curveFile;
    const { mode, minRate, maxRate, steps } = this.options;
    const record = { suggestion, diverged: this.diverged, mode, minRate, maxRate, steps, rates, losses };
    await writeWhole(path, Buffer.from(`${jsonText(record, 1)}\n`));
    if (suggestion === null) {
      this.notify(
        'warning',
        `${rates.length} updates are too few to suggest a learning rate: at least 13 are needed. ` +
          'Increase steps of learningRateFinder() or trainer.maxEpochs, or earlyStopThreshold if the loss diverged.',
      );
      return;
    }
    this.notify(
      'info',
      `The loss falls fastest at a learning rate of ${shown(suggestion)}: ${this.advice(suggestion)}. ` +
        `All rates and losses are in ${path}.`,
    );
  }

  /** Names the exact option, if the experiment has one with a usual name. */
  private advice(rate: number): string {
    const name = ['lr', 'learningRate'].find((option) => option in this.settings.hyperparameters);
    return name === undefined
      ? 'pass it to the optimiser in configureOptimizers, and remove learningRateFinder() from the plugins'
      : `train with --${name} ${shown(rate)}, and without learningRateFinder() among the plugins`;
  }
}

function shown(rate: number): string {
  return String(Number(rate.toPrecision(4)));
}

/**
 * Turns a run into a search for a learning rate, as Lightning's `LearningRateFinder` does: over `steps` updates the
 * rate of all parameter groups goes from `minRate` to `maxRate`; then, or when the loss diverges, the run ends, and the
 * rate at which the loss fell fastest is reported and written to `learning-rates.json`.
 *
 * Unlike Lightning's, it does not continue with training: remove it, and set the rate. The model is unusable
 * afterwards, so run it with `--trainer.enableCheckpointing false`. The advice names the hyperparameter `lr` or
 * `learningRate` if there is one.
 *
 * `earlyStopThreshold` is meaningless for a loss that falls below 0, as FastSiam's does from the start: pass
 * `earlyStopThreshold: null` for such a loss. Otherwise the search never ends early after a loss of 0 or less.
 *
 * As in Lightning, "fastest" refers to the derivative with respect to the rate, not its logarithm, so noise counts most
 * at the smallest rates: start no more than two or three powers of ten below the rate that you expect, and look at the
 * losses in the file.
 *
 * ```ts
 * plugins: [learningRateFinder({ minRate: 1e-6, maxRate: 1 })]
 * ```
 */
export function learningRateFinder(options: LearningRateFinderOptions = {}): PluginDescriptor {
  return definePlugin(LearningRateFinder, options);
}

const smoothing = 0.98;

/** The rates that are tried and their smoothed losses, with the arithmetic of Lightning's finder. */
class RateSweep {
  readonly rates: number[] = [];
  /** Running means of the losses; as in Lightning, the first is about half its loss, and later means rise from there. */
  readonly losses: number[] = [];
  private mean = 0;
  private best = Infinity;
  private isPositive = true;

  constructor(private readonly settings: z.output<typeof schema>) {}

  /** Returns the rate of an update, counted from 0; as in Lightning, the first interval is twice as long as the others. */
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

  /** A factor is meaningless for a loss that falls below 0, such as a negative cosine. */
  private isFarFromBest(loss: number): boolean {
    const { earlyStopThreshold } = this.settings;
    return earlyStopThreshold !== null && this.isPositive && loss > earlyStopThreshold * this.best;
  }
}

const SKIPPED_AT_BEGIN = 10;
const SKIPPED_AT_END = 1;

/**
 * Returns the rate at which the loss fell fastest, by its derivative with respect to the rate, ignoring the first ten
 * points, the last one, and losses that are not finite; `null` if fewer than two points remain.
 */
function steepestRate(rates: readonly number[], losses: readonly number[]): number | null {
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

/** Second-order differences at uneven distances; at the ends the slope to the neighbour, as in `torch.gradient`. */
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
