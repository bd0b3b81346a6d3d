/** A logger of one's own: each row of metrics as a line of the run's folder, parted by tabs. */
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import {
  Experiment,
  Plugin,
  TrainingModule,
  definePlugin,
  inject,
  nn,
  optim,
  run,
  tf,
  tokens,
  views,
  z,
} from '../../../src';
import type { MetricRow, PluginFolder, PluginHooks, RunEventSource, ViewBatch } from '../../../src';

const schema = z.strictObject({ digits: z.int().positive().default(6) });

@Plugin({ name: 'tab-logger', ranks: 'first', options: schema })
class TabLogger implements PluginHooks {
  private readonly path: string;
  private readonly waiting: MetricRow[] = [];
  private file: FileHandle | null = null;

  constructor(
    @inject(tokens.pluginOptions) private readonly options: z.output<typeof schema>,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.events) events: RunEventSource,
  ) {
    this.path = folder.claim('metrics.tsv');
    events.on('metricsLogged', (row) => this.waiting.push(row));
  }

  async onTrainStart() {
    this.file = await open(this.path, 'a');
  }

  async onTrainBatchEnd() {
    await this.write();
  }

  async onTrainEnd() {
    await this.write();
  }

  async teardown() {
    await this.file?.close();
  }

  private async write() {
    const lines = this.waiting
      .splice(0)
      .flatMap(({ step, values }) =>
        Object.entries(values).map(
          ([name, value]) => `${step}\t${name}\t${value.toPrecision(this.options.digits)}\n`,
        ),
      );
    await this.file?.appendFile(lines.join(''));
  }
}

const tabLogger = (options: z.input<typeof schema> = {}) => definePlugin(TabLogger, options);

@Experiment({
  name: 'own-logger',
  trainer: { maxEpochs: 1, logEveryNSteps: 1, enableProgressBar: false },
  data: { name: 'digits', batchSize: 16, workers: 0, transform: views.plain({ inputSize: 8 }) },
  plugins: [tabLogger({ digits: 3 })],
})
class OwnLogger extends TrainingModule<ViewBatch, 'loss'> {
  readonly layer = new nn.Linear(8 * 8 * 3, 10);

  forward(view: tf.Tensor4D) {
    return this.layer.forward(tf.reshape(view, [view.shape[0], 8 * 8 * 3]));
  }

  override trainingStep({ views: [view], labels }: ViewBatch) {
    if (view === undefined) throw new Error('there is a view');
    const loss = tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 10), this.forward(view)).asScalar();
    this.log('loss', loss);
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1 });
  }
}

if (require.main === module) void run(OwnLogger);
