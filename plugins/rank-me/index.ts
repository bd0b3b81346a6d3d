import { z } from 'zod';
import { Plugin, definePlugin, evaluateRankMe, inject, rankMeSchema, tokens } from '../../src';
import type {
  EvaluationData,
  HookContext,
  Measuring,
  ModelAccess,
  Notify,
  PlannedMetric,
  PluginDescriptor,
  PluginFolder,
  PluginHooks,
} from '../../src';
import { afterEpochs, recordFinding } from '../shared/findings';

/** When to measure, and on how many images. */
const schema = rankMeSchema.extend({
  /** Measure at the end of every Nth epoch. */
  everyNEpochs: z.number().int().positive().default(1),
  /** Also measure the initial weights before the first step, as `rankme_untrained`. */
  atStart: z.boolean().default(false),
});

/** Options of `rankMe()`. */
export type RankMePluginOptions = z.input<typeof schema>;

const metric = 'rankme';
/** A separate name, because it is recorded with the first epoch, which has a `rankme` of its own. */
const untrainedMetric = 'rankme_untrained';

/** Measures between epochs, without changing the model. */
@Plugin({
  name: 'rank-me',
  help: 'RankMe of the features: the number of dimensions that they fill, without labels',
  ranks: 'first',
  options: schema,
})
export class RankMe implements PluginHooks, Measuring {
  private readonly recordFile: string;
  private toldOfSplit = false;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.evaluationData) private readonly data: EvaluationData,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.recordFile = folder.claim('rankme.jsonl');
  }

  measures(): readonly PlannedMetric[] {
    return [{ metric, everyNEpochs: this.options.everyNEpochs }];
  }

  async onTrainEpochStart(context: HookContext): Promise<void> {
    if (!this.options.atStart || context.progress.globalStep > 0) return;
    const rankMe = await this.look(context, 0);
    if (rankMe !== null) context.log(untrainedMetric, rankMe);
  }

  async onTrainEpochEnd(context: HookContext): Promise<void> {
    const epochsTrained = context.progress.epoch + 1;
    if (epochsTrained % this.options.everyNEpochs !== 0) return;
    const rankMe = await this.look(context, epochsTrained);
    if (rankMe !== null) context.log(metric, rankMe, { onEpoch: true, progBar: true });
  }

  private async look({ progress, task }: HookContext, epochsTrained: number): Promise<number | null> {
    const { model, recordFile: path } = this;
    const { finding, seconds } = await recordFinding(
      { path, model, at: { epochsTrained }, globalStep: progress.globalStep },
      () => task('RankMe', (report) => evaluateRankMe(model, this.data, this.options, report)),
    );
    const { rankMe, samples, featureWidth, split } = finding;
    if (split === 'train' && !this.toldOfSplit) {
      this.toldOfSplit = true;
      this.notify('info', `${finding.data} has no test split: RankMe is measured on training images.`);
    }
    const when = afterEpochs(epochsTrained);
    if (rankMe === null) {
      this.notify(
        'warning',
        `No RankMe ${when}: the backbone's features are not finite. Training has diverged.`,
      );
    } else {
      const most = Math.min(samples, featureWidth);
      const effort = `${samples} images, ${seconds.toFixed(1)} s`;
      this.notify('info', `RankMe ${when}: ${rankMe.toFixed(1)} of at most ${most} (${effort}).`);
    }
    return rankMe;
  }
}

/**
 * Measures, without labels, how many dimensions the backbone's features of held-out images fill: RankMe, the
 * exponential of the entropy of their singular values (Garrido et al. 2023). It falls when features collapse to a few
 * dimensions, which the deviation of each dimension does not show. Logs `rankme` (`rankme_untrained` before training),
 * and appends everything on which the figure depends to `rankme.jsonl` in the run folder.
 *
 * ```ts
 * plugins: [rankMe({ everyNEpochs: 1 })]
 * ```
 */
export function rankMe(
  options: RankMePluginOptions = {},
): PluginDescriptor<never, 'rankme' | 'rankme_untrained'> {
  return definePlugin(RankMe, options);
}
