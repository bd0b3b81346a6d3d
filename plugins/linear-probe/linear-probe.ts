import { Plugin, evaluateByProbe, inject, tokens } from '../../src';
import type {
  EvaluationData,
  HookContext,
  Measuring,
  ModelAccess,
  Notify,
  PlannedMetric,
  PluginHooks,
  ProbeResult,
  PluginFolder,
} from '../../src';
import { afterEpochs } from '../shared/after-epochs';
import { appendRecord } from '../shared/append-record';
import type { LinearProbeSettings } from './options';

const causes = {
  features: 'the backbone gives features that are not finite. Training has diverged',
  classifier: 'the classifier has diverged. Give linearProbe() a smaller learningRate',
} as const;

/** Probes between epochs and after training; the model is only read, and trains on as if nobody had looked. */
@Plugin({ name: 'linear-probe', ranks: 'first' })
export class LinearProbe implements PluginHooks, Measuring {
  /** Updates that the model had when it was probed last. */
  private probedAt: number | null = null;

  private readonly recordFile: string;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: LinearProbeSettings,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.evaluationData) private readonly data: EvaluationData,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {
    this.recordFile = folder.claim('linear-probe.jsonl');
  }

  measures(): readonly PlannedMetric[] {
    const { everyNEpochs } = this.options;
    if (everyNEpochs === null) return [];
    return ['linear_accuracy', 'linear_accuracy_top5'].map((metric) => ({ metric, everyNEpochs }));
  }

  async onTrainEpochEnd(context: HookContext): Promise<void> {
    const { everyNEpochs } = this.options;
    const epochsTrained = context.progress.epoch + 1;
    if (everyNEpochs === null || epochsTrained % everyNEpochs !== 0) return;
    const { accuracy, accuracyTop5 } = await this.probe(context, afterEpochs(epochsTrained));
    if (accuracy !== null) context.log('linear_accuracy', accuracy, { onEpoch: true, progBar: true });
    if (accuracyTop5 !== null) context.log('linear_accuracy_top5', accuracyTop5, { onEpoch: true });
  }

  /** There is no epoch to log for any more: the figure is said and recorded. */
  async onTrainEnd(context: HookContext): Promise<void> {
    const { globalStep } = context.progress;
    // In a run that is resumed after its last epoch the metric alone knows.
    const isProbed = this.probedAt === globalStep || context.measured('linear_accuracy')?.step === globalStep;
    if (!this.options.atEnd || isProbed) return;
    await this.probe(context, 'after training');
  }

  private async probe({ progress, task }: HookContext, when: string): Promise<ProbeResult> {
    const startedAt = performance.now();
    const result = await task('linear probe', (report) =>
      evaluateByProbe(this.model, this.data, this.options, report),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    this.probedAt = progress.globalStep;
    await appendRecord(this.recordFile, {
      epoch: progress.epoch,
      globalStep: progress.globalStep,
      weights: this.model.evaluatedWeights(),
      ...result,
      seconds: Number(seconds.toFixed(2)),
    });
    this.say(result, when, seconds);
    return result;
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
