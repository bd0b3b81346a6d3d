import { FulgurError, Plugin, inject, tokens } from '../../src';
import type { EvaluationData, HookContext, ModelAccess, Notify, PluginHooks, RunFolder } from '../../src';
import { embedSplit } from './feature-table';
import type { EmbedOptions, FeatureTable } from './feature-table';
import { appendRecord } from './knn-record';
import type { KnnEvalSettings } from './options';
import { predictByNeighbours } from './predict-by-neighbours';

const metric = 'knn_accuracy';
/** Its own name, for it is recorded with the first epoch, whose `knn_accuracy` is another. */
const untrainedMetric = 'knn_accuracy_untrained';

/** Evaluates between epochs; the model is only read. */
@Plugin({ name: 'knn-eval' })
export class KnnEval implements PluginHooks {
  constructor(
    @inject(tokens.pluginOptions) private readonly options: KnnEvalSettings,
    @inject(tokens.model) private readonly model: ModelAccess,
    @inject(tokens.evaluationData) private readonly data: EvaluationData,
    @inject(tokens.runFolder) private readonly folder: RunFolder,
    @inject(tokens.notify) private readonly notify: Notify,
  ) {}

  async onTrainEpochStart(context: HookContext): Promise<void> {
    if (!this.options.atStart || context.progress.globalStep > 0) return;
    const accuracy = await this.evaluate(context, 0);
    if (accuracy !== null) context.log(untrainedMetric, accuracy);
  }

  async onTrainEpochEnd(context: HookContext): Promise<void> {
    const epochsTrained = context.progress.epoch + 1;
    if (epochsTrained % this.options.everyNEpochs !== 0) return;
    const accuracy = await this.evaluate(context, epochsTrained);
    if (accuracy !== null) context.log(metric, accuracy, { onEpoch: true, progBar: true });
  }

  private async evaluate({ progress }: HookContext, epochsTrained: number): Promise<number | null> {
    const startedAt = performance.now();
    const { temperature, bankLimit, queryLimit } = this.options;
    const bank = await this.embed('train', bankLimit);
    const queries = await this.embed('test', queryLimit);
    const k = Math.min(this.options.k, bank.labels.length);
    const rule = { k, temperature, classes: this.data.classes };
    const finite = bank.features.every(Number.isFinite) && queries.features.every(Number.isFinite);
    const accuracy = finite ? share(await predictByNeighbours(bank, queries, rule), queries.labels) : null;
    const seconds = (performance.now() - startedAt) / 1000;
    await appendRecord(this.folder.resolve('knn.jsonl'), {
      epochsTrained,
      globalStep: progress.globalStep,
      accuracy,
      ...rule,
      data: this.data.name,
      bankSamples: bank.labels.length,
      querySamples: queries.labels.length,
      featureWidth: bank.width,
      seconds: Number(seconds.toFixed(2)),
    });
    this.say(
      accuracy,
      epochsTrained,
      `${queries.labels.length} images against ${bank.labels.length}, ${seconds.toFixed(1)} s`,
    );
    return accuracy;
  }

  private say(accuracy: number | null, epochsTrained: number, effort: string): void {
    const when =
      epochsTrained === 0
        ? 'before training'
        : `after ${epochsTrained} epoch${epochsTrained === 1 ? '' : 's'}`;
    if (accuracy === null) {
      this.notify(
        'warning',
        `No kNN accuracy ${when}: the backbone gives features that are not finite. Training has diverged.`,
      );
    } else this.notify('info', `kNN accuracy ${when}: ${accuracy.toFixed(3)} (${effort}).`);
  }

  private async embed(split: 'train' | 'test', limit: number | undefined): Promise<FeatureTable> {
    const { batchSize } = this.options;
    const options: EmbedOptions = limit === undefined ? { batchSize } : { batchSize, limit };
    const table = await embedSplit(this.model, this.data, split, options);
    if (table.labels.length > 0) return table;
    throw new FulgurError('plugin', {
      what: `knnEval() found no images in the ${split} split of ${this.data.name}.`,
      fix: 'Use a data set that has both splits, or take knnEval() out of the plugins.',
    });
  }
}

function share(predictions: Int32Array, labels: Int32Array): number {
  return (
    predictions.reduce((right, prediction, i) => right + (prediction === labels[i] ? 1 : 0), 0) /
    labels.length
  );
}
