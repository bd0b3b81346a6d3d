/** A small MoCo on the digits with everything that it keeps from step to step, slow enough to be killed: run as a process by the tests. */
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
  schedules,
  tokens,
  views,
} from '../../../src';
import type { HookContext, RunSettings, ViewBatch, tf } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { csvLogger } from '../../../plugins/csv-logger';
import { dataParallel } from '../../../plugins/data-parallel';
import { weightAveraging } from '../../../plugins/weight-averaging';

/** Says each update and its process, and gives the test that reads it time to act. */
@Plugin({ name: 'pace' })
class Pace {
  private readonly milliseconds: number;

  constructor(@inject(tokens.settings) { hyperparameters }: RunSettings) {
    this.milliseconds = Number(hyperparameters['pauseMilliseconds']);
  }

  async onTrainBatchEnd({ progress }: HookContext): Promise<void> {
    console.log(`update ${progress.globalStep} (process ${process.pid})`);
    // Nothing is killed earlier.
    if (progress.globalStep >= 3) await wait(this.milliseconds);
  }
}

@Experiment({
  name: 'taught',
  trainer: { maxEpochs: 2, limitTrainBatches: 5, logEveryNSteps: 1 },
  data: {
    name: 'digits',
    batchSize: 16,
    workers: 1,
    transform: views.mocoV2({ inputSize: 32, gaussianBlur: 0 }),
  },
  plugins: [
    dataParallel(),
    csvLogger(),
    weightAveraging({ kind: 'ema', decay: 0.9 }),
    definePlugin(Pace),
    checkpointing({ everyNSteps: 2, keepLast: 'all' }),
  ],
})
class Taught extends TrainingModule<ViewBatch> {
  @HyperParameter({ min: 0, integer: true }) pauseMilliseconds = 0;

  readonly backbone = nn.resnet18({ head: 'none', width: 8 });
  readonly projectionHead = new nn.MoCoProjectionHead(64, 32, 16);
  readonly backboneMomentum = nn.teacherOf(this.backbone);
  readonly projectionHeadMomentum = nn.teacherOf(this.projectionHead, { buffers: 'average' });
  // Full before the run ends, also in the middle of a batch.
  readonly queue = new nn.FeatureQueue({ size: 40, features: 16 });

  forward(view: tf.Tensor4D) {
    return this.projectionHead.forward(this.backbone.forward(view));
  }

  override trainingStep({ views: [query, key] }: ViewBatch): tf.Scalar {
    if (query === undefined || key === undefined) throw new Error('this experiment needs two views');
    const momentum = this.scheduled(schedules.cosine({ from: 0.9, to: 1 }));
    this.backboneMomentum.follow(momentum);
    this.projectionHeadMomentum.follow(momentum);
    const keys = this.projectionHeadMomentum.forward(this.backboneMomentum.forward(key));
    const loss = losses.ntXentAgainst(this.forward(query), keys, this.queue.values(), { temperature: 0.1 });
    this.queue.push(keys);
    this.log('train_loss_ssl', loss, { onStep: true, onEpoch: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.06, momentum: 0.9 });
  }
}

if (require.main === module) void run(Taught);
