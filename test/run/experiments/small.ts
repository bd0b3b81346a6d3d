/** A small FastSiam on the digits, with options that make it pause or make it fail: run as a process by the tests. */
import { setTimeout as wait } from 'node:timers/promises';
import {
  Experiment,
  HyperParameter,
  Plugin,
  TrainingModule,
  definePlugin,
  inject,
  losses,
  nn,
  optim,
  run,
  tf,
  tokens,
  views,
} from '../../../src';
import type { HookContext, RunSettings, ViewBatch } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { csvLogger } from '../../../plugins/csv-logger';
import { progressBar } from '../../../plugins/progress-bar';

/** Says each update, and gives the test that reads it time to act. */
@Plugin({ name: 'pace' })
class Pace {
  private readonly pauseAfter: number;
  private readonly milliseconds: number;
  private readonly fails: boolean;

  constructor(@inject(tokens.settings) { hyperparameters }: RunSettings) {
    this.pauseAfter = Number(hyperparameters['pauseAfter']);
    this.milliseconds = Number(hyperparameters['pauseMilliseconds']);
    this.fails = hyperparameters['failure'] === 'plugin';
  }

  async onTrainBatchEnd({ progress }: HookContext): Promise<void> {
    console.log(`update ${progress.globalStep}`);
    if (this.fails) throw new TypeError('the bell has no clapper');
    if (progress.globalStep === this.pauseAfter) await wait(this.milliseconds);
  }
}

@Experiment({
  name: 'small',
  trainer: { maxEpochs: 2, limitTrainBatches: 4, logEveryNSteps: 1 },
  data: {
    name: 'digits',
    batchSize: 16,
    workers: 1,
    transform: views.fastSiam({ inputSize: 32, numViews: 2, hfProb: 0, minScale: 0.5 }),
  },
  plugins: [
    progressBar(),
    csvLogger(),
    definePlugin(Pace),
    checkpointing({ everyNSteps: 2, keepLast: 'all' }),
  ],
})
class Small extends TrainingModule<ViewBatch> {
  @HyperParameter({ min: 0, description: 'learning rate' }) lr = 0.06;
  @HyperParameter({ min: 1, integer: true }) width = 8;
  @HyperParameter({ min: 0, integer: true }) pauseAfter = 0;
  @HyperParameter({ min: 0, integer: true }) pauseMilliseconds = 0;
  @HyperParameter({ choices: ['none', 'constructor', 'step', 'nan', 'plugin'] }) failure = 'none';

  readonly backbone = nn.resnet18({ head: 'none', width: this.width });
  readonly dropout = new nn.Dropout(0.2);
  readonly projectionHead = new nn.SimSiamProjectionHead(8 * this.width, 32, 16);
  readonly predictionHead = new nn.SimSiamPredictionHead(16, 8, 16);

  constructor() {
    super();
    if (this.failure === 'constructor') throw new RangeError('no room for the heads');
  }

  forward(view: tf.Tensor4D) {
    const z = this.projectionHead.forward(this.dropout.forward(this.backbone.forward(view)));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  override trainingStep({ views }: ViewBatch): tf.Scalar {
    if (this.failure === 'step') throw new TypeError('views are not what they were');
    const [a, b] = views.map((view) => this.forward(view));
    if (a === undefined || b === undefined) throw new Error('this experiment needs two views');
    const loss = nn.meanOf([
      losses.negativeCosineSimilarity(a.p, b.z),
      losses.negativeCosineSimilarity(b.p, a.z),
    ]);
    this.log('train_loss_ssl', loss, { onStep: true, onEpoch: true, progBar: true });
    return this.failure === 'nan' ? tf.log<tf.Scalar>(tf.mul<tf.Scalar>(tf.abs(loss), -1)) : loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr, momentum: 0.9 });
  }
}

if (require.main === module) void run(Small);
