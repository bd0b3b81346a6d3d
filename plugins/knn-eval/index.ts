import { z } from 'zod';
import {
  Plugin,
  definePlugin,
  evaluateByNeighbours,
  inject,
  knnSchema,
  missingForJudgement,
  tokens,
} from '../../src';
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

/** When and how to evaluate; other settings have the defaults of the command `knn`. */
const schema = knnSchema.extend({
  /** Evaluate at the end of every Nth epoch. */
  everyNEpochs: z.number().int().positive().default(1),
  /** Also evaluate before the first step, with random weights, as `knn_accuracy_untrained`. */
  atStart: z.boolean().default(false),
});

/** Options of `knnEval()`. */
export type KnnEvalOptions = z.input<typeof schema>;

const metric = 'knn_accuracy';
/** A separate name, because it is recorded with the first epoch, which has a `knn_accuracy` of its own. */
const untrainedMetric = 'knn_accuracy_untrained';

/** Evaluates between epochs, without changing the model. */
@Plugin({
  name: 'knn-eval',
  help: 'kNN accuracy of the features of held-out samples',
  ranks: 'first',
  options: schema,
})
export class KnnEval implements PluginHooks, Measuring {
  private readonly recordFile: string;

  /** Why nothing can be measured on this data; `null` if it can. */
  private missing: string | null = null;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.evaluationData) private readonly data: EvaluationData,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.recordFile = folder.claim('knn.jsonl');
  }

  /** Problems with the data is reported before any time is spent on training. */
  async onFitStart(): Promise<void> {
    this.missing = await missingForJudgement(this.data);
    if (this.missing !== null)
      this.notify('warning', `knnEval() measures nothing in this run. ${this.missing}`);
  }

  measures(): readonly PlannedMetric[] {
    return [{ metric, everyNEpochs: this.options.everyNEpochs }];
  }

  async onTrainEpochStart(context: HookContext): Promise<void> {
    if (this.missing !== null || !this.options.atStart || context.progress.globalStep > 0) return;
    const accuracy = await this.evaluate(context, 0);
    if (accuracy !== null) context.log(untrainedMetric, accuracy);
  }

  async onTrainEpochEnd(context: HookContext): Promise<void> {
    const epochsTrained = context.progress.epoch + 1;
    if (this.missing !== null || epochsTrained % this.options.everyNEpochs !== 0) return;
    const accuracy = await this.evaluate(context, epochsTrained);
    if (accuracy !== null) context.log(metric, accuracy, { onEpoch: true, progBar: true });
  }

  private async evaluate({ progress, task }: HookContext, epochsTrained: number): Promise<number | null> {
    const { model, recordFile: path } = this;
    const { finding, seconds } = await recordFinding(
      { path, model, at: { epochsTrained }, globalStep: progress.globalStep },
      () => task('kNN evaluation', (report) => evaluateByNeighbours(model, this.data, this.options, report)),
    );
    const { accuracy, querySamples, bankSamples } = finding;
    const when = afterEpochs(epochsTrained);
    if (accuracy === null) {
      this.notify(
        'warning',
        `No kNN accuracy ${when}: the backbone's features are not finite. Training has diverged.`,
      );
    } else {
      const effort = `${querySamples} images against ${bankSamples}, ${seconds.toFixed(1)} s`;
      this.notify('info', `kNN accuracy ${when}: ${accuracy.toFixed(3)} (${effort}).`);
    }
    return accuracy;
  }
}

/**
 * Measures what the backbone has learnt without training on labels: the accuracy with which the nearest neighbours
 * among training images predict the class of a held-out image. The rule is lightly's `knn_predict` (Wu et al. 2018,
 * InstDisc): the k most similar images by cosine vote for their class with weight exp(similarity / temperature). Logs
 * `knn_accuracy` (`knn_accuracy_untrained` with random weights), and appends everything on which the figure depends to
 * `knn.jsonl` in the run folder.
 *
 * ```ts
 * plugins: [knnEval({ everyNEpochs: 1 })]
 * ```
 */
export function knnEval(
  options: KnnEvalOptions = {},
): PluginDescriptor<never, 'knn_accuracy' | 'knn_accuracy_untrained'> {
  return definePlugin(KnnEval, options);
}
