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
    /** The first rate to try. */
    minRate: z.number().positive().default(1e-8),
    /** The last. */
    maxRate: z.number().positive().default(1),
    /** Updates from the first to the last. */
    steps: z.int().positive().default(100),
    /** Whether rates grow by a factor or by a difference. */
    mode: z.enum(['exponential', 'linear']).default('exponential'),
    /** End when the smoothed loss is so many times the best one; `null` for never. Losses must be above 0. */
    earlyStopThreshold: z.number().gt(1).nullable().default(4),
  })
  .refine(({ minRate, maxRate }) => minRate < maxRate, { message: 'minRate must be below maxRate' });

export type LearningRateFinderOptions = z.input<typeof schema>;

const fileName = 'learning-rates.json';

/** Takes the place of the run's learning rates for as many updates as it needs, and then ends the run. */
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
      'learningRateFinder() leaves a model that is of no use, and checkpoints of it may be saved. ' +
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
        ? `the learning-rate finder saw the loss diverge after ${this.sweep.losses.length} updates`
        : `the learning-rate finder has tried its ${this.options.steps} rates`,
    );
  }

  async onTrainEnd(): Promise<void> {
    await this.report();
  }

  /** A loss that is no number ends the run before the finder does; what was seen until then counts all the same. */
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
        `${rates.length} updates are too few to suggest a learning rate: 13 are needed at least. ` +
          'Raise steps of learningRateFinder(), trainer.maxEpochs, or earlyStopThreshold where the loss diverged.',
      );
      return;
    }
    this.notify(
      'info',
      `The loss falls fastest at a learning rate of ${shown(suggestion)}: ${this.advice(suggestion)}. ` +
        `All rates and losses are in ${path}.`,
    );
  }

  /** The exact option, where the experiment has one of a usual name. */
  private advice(rate: number): string {
    const name = ['lr', 'learningRate'].find((option) => option in this.settings.hyperparameters);
    return name === undefined
      ? 'give it to the optimiser in configureOptimizers, and take learningRateFinder() out of the plugins'
      : `train with --${name} ${shown(rate)}, and without learningRateFinder() among the plugins`;
  }
}

function shown(rate: number): string {
  return String(Number(rate.toPrecision(4)));
}

/**
 * Makes a run a search for a learning rate, as Lightning's `LearningRateFinder`: over `steps` updates the rate goes from
 * `minRate` to `maxRate`, for all parameter groups; then, or when the loss diverges, the run ends, and the rate at which
 * the loss fell fastest is said and written to `learning-rates.json`.
 *
 * Unlike Lightning's it does not train on: take it out, and set the rate. The model is of no use afterwards, so run it
 * with `--trainer.enableCheckpointing false`. Hyperparameters `lr` and `learningRate` are named in the advice.
 *
 * "So many times worse" means nothing to a loss that falls below 0, as FastSiam's does from its beginning at 0: pass
 * `earlyStopThreshold: null` for such a one. Without it the search never ends early once a loss of 0 or less was seen.
 *
 * "Fastest" is by the rate itself and not by its logarithm, as in Lightning, so that noise counts most at the smallest rates:
 * begin no more than two or three powers of ten below a rate that you expect, and look at the losses in the file.
 *
 * ```ts
 * plugins: [learningRateFinder({ minRate: 1e-6, maxRate: 1 })]
 * ```
 */
export function learningRateFinder(options: LearningRateFinderOptions = {}): PluginDescriptor {
  return definePlugin(LearningRateFinder, options);
}

const smoothing = 0.98;

/** The rates that are tried, and the smoothed losses that they gave; counts as Lightning's finder does. */
class RateSweep {
  readonly rates: number[] = [];
  /** Running means of the losses; as in Lightning, the first is about half its loss, and later ones rise from there. */
  readonly losses: number[] = [];
  private mean = 0;
  private best = Infinity;
  private isPositive = true;

  constructor(private readonly settings: z.output<typeof schema>) {}

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
