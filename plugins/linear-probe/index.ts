import { z } from 'zod';
import {
  Plugin,
  definePlugin,
  evaluateByProbe,
  inject,
  missingForJudgement,
  probeSchema,
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
  ProbeResult,
} from '../../src';
import { afterEpochs, recordFinding } from '../shared/findings';

/** When and how to probe; other settings have the defaults of the command `probe`. */
const schema = probeSchema
  .extend({
    /** Probe at the end of every Nth epoch, and log `linear_accuracy`; `null` for never. */
    everyNEpochs: z.number().int().positive().nullable().default(null),
    /** Probe after training. */
    atEnd: z.boolean().default(true),
  })
  .refine(({ everyNEpochs, atEnd }) => everyNEpochs !== null || atEnd, {
    message: 'atEnd: false without everyNEpochs would never probe',
  });

/** Options of `linearProbe()`. */
export type LinearProbeOptions = z.input<typeof schema>;

const causes = {
  features: "the backbone's features are not finite. Training has diverged",
  classifier: 'the classifier has diverged. Pass a smaller learningRate to linearProbe()',
} as const;

/** Probes between epochs and after training, without changing the model or the course of training. */
@Plugin({
  name: 'linear-probe',
  help: 'accuracy of a linear classifier on the frozen features',
  ranks: 'first',
  options: schema,
})
export class LinearProbe implements PluginHooks, Measuring {
  /** Number of updates at the last probe. */
  private probedAt: number | null = null;

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
    this.recordFile = folder.claim('linear-probe.jsonl');
  }

  /** Reports problems with the data before any time is spent on training. */
  async onFitStart(): Promise<void> {
    this.missing = await missingForJudgement(this.data);
    if (this.missing !== null)
      this.notify('warning', `linearProbe() measures nothing in this run. ${this.missing}`);
  }

  measures(): readonly PlannedMetric[] {
    const { everyNEpochs } = this.options;
    if (everyNEpochs === null) return [];
    return ['linear_accuracy', 'linear_accuracy_top5'].map((metric) => ({ metric, everyNEpochs }));
  }

  async onTrainEpochEnd(context: HookContext): Promise<void> {
    const { everyNEpochs } = this.options;
    const epochsTrained = context.progress.epoch + 1;
    if (this.missing !== null || everyNEpochs === null || epochsTrained % everyNEpochs !== 0) return;
    const { accuracy, accuracyTop5 } = await this.probe(context, afterEpochs(epochsTrained));
    if (accuracy !== null) context.log('linear_accuracy', accuracy, { onEpoch: true, progBar: true });
    if (accuracyTop5 !== null) context.log('linear_accuracy_top5', accuracyTop5, { onEpoch: true });
  }

  /** No epoch is left to log the figure for, so it is only printed and recorded. */
  async onTrainEnd(context: HookContext): Promise<void> {
    const { globalStep } = context.progress;
    // In a run that is resumed after its last epoch, only the metric shows whether it was probed.
    const isProbed = this.probedAt === globalStep || context.measured('linear_accuracy')?.step === globalStep;
    if (this.missing !== null || !this.options.atEnd || isProbed) return;
    await this.probe(context, 'after training');
  }

  private async probe({ progress, task }: HookContext, when: string): Promise<ProbeResult> {
    const { model, recordFile: path } = this;
    const { epoch, globalStep } = progress;
    const { finding, seconds } = await recordFinding({ path, model, at: { epoch }, globalStep }, async () => {
      const result = await task('linear probe', (report) =>
        evaluateByProbe(model, this.data, this.options, report),
      );
      this.probedAt = globalStep;
      return result;
    });
    this.say(finding, when, seconds);
    return finding;
  }

  private say(result: ProbeResult, when: string, seconds: number): void {
    const { accuracy, accuracyTop5, diverged, testSamples, trainSamples } = result;
    if (accuracy === null) {
      this.notify('warning', `No linear accuracy ${when}: ${causes[diverged ?? 'classifier']}.`);
      return;
    }
    const top5 = accuracyTop5 === null ? '' : `, top 5 ${accuracyTop5.toFixed(3)}`;
    const effort = `${testSamples} images after ${trainSamples}, ${seconds.toFixed(1)} s`;
    this.notify('info', `Linear accuracy ${when}: ${accuracy.toFixed(3)}${top5} (${effort}).`);
  }
}

/**
 * Measures how well a linear classifier predicts classes from the backbone's frozen features: it is trained by SGD on
 * the features of all training images, embedded once, and evaluated on held-out images, as lightly's `LinearClassifier`
 * with standardised features. Logs `linear_accuracy` (and `linear_accuracy_top5` if there are more than five classes)
 * when it probes between epochs, prints the figure after training, and appends everything on which it depends to
 * `linear-probe.jsonl` in the run folder. Training continues bit for bit as without it.
 *
 * ```ts
 * plugins: [linearProbe({ everyNEpochs: 10 })]
 * ```
 */
export function linearProbe(options: LinearProbeOptions = {}): PluginDescriptor {
  return definePlugin(LinearProbe, options);
}
