/** A small FastSiam on several ranks, one of which causes a fault on request: run by `bench/faults.ts` and by tests. */
import { existsSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import {
  Experiment,
  HyperParameter,
  Plugin,
  TrainingModule,
  definePlugin,
  inject,
  nn,
  optim,
  run,
  tokens,
  views,
} from '../../src';
import type { HookContext, PluginHooks, Ranks, RunSettings, ViewBatch, tf } from '../../src';
import { checkpointing } from '../../plugins/checkpointing';
import { csvLogger } from '../../plugins/csv-logger';
import { dataParallel } from '../../plugins/data-parallel';
import { syncBatchNorm } from '../../plugins/sync-bn';
import { fastSiamLoss } from '../../experiments/fastsiam';

/** Kinds of faults that a rank can cause; `model` and `data` are present from the start. */
const kinds = ['none', 'kill', 'stop', 'exit', 'throw', 'model'];

/** Causes the fault, once: if its mark already exists, as after a restart, nothing happens. */
@Plugin({ name: 'trouble' })
class Trouble implements PluginHooks {
  private readonly kind: string;
  private readonly rank: number;
  private readonly step: number;
  private readonly mark: string;
  private readonly pause: number;

  constructor(
    @inject(tokens.settings) { hyperparameters: given }: RunSettings,
    @inject(tokens.ranks) private readonly ranks: Ranks,
  ) {
    this.kind = given['trouble'] as string;
    this.rank = Number(given['troubleRank']);
    this.step = Number(given['troubleStep']);
    this.mark = given['mark'] as string;
    this.pause = Number(given['pauseMilliseconds']);
  }

  async onTrainBatchEnd({ progress }: HookContext): Promise<void> {
    console.log(`update ${progress.globalStep} (process ${process.pid})`);
    if (this.pause > 0) await wait(this.pause);
    if (this.ranks.rank !== this.rank || progress.globalStep !== this.step || existsSync(this.mark)) return;
    if (['kill', 'stop', 'exit', 'throw'].includes(this.kind)) writeFileSync(this.mark, String(Date.now()));
    if (this.kind === 'kill') process.kill(process.pid, 'SIGKILL');
    if (this.kind === 'stop') process.kill(process.pid, 'SIGSTOP');
    if (this.kind === 'exit') process.exit(7);
    if (this.kind === 'throw') throw new RangeError('the bell has no clapper');
  }
}

@Experiment({
  name: 'faults',
  trainer: { maxEpochs: 2, limitTrainBatches: 4, logEveryNSteps: 1, devices: 2 },
  data: {
    name: 'digits',
    batchSize: 16,
    workers: 1,
    transform: views.fastSiam({ inputSize: 32, numViews: 2, hfProb: 0, minScale: 0.5 }),
  },
  plugins: [
    dataParallel(),
    syncBatchNorm(),
    csvLogger(),
    definePlugin(Trouble),
    checkpointing({ everyNSteps: 2, keepLast: 'all' }),
  ],
})
class Troubled extends TrainingModule<ViewBatch> {
  @HyperParameter({ choices: kinds }) trouble = 'none';
  @HyperParameter({ min: 0, integer: true }) troubleRank = 1;
  @HyperParameter({ min: 0, integer: true }) troubleStep = 3;
  @HyperParameter() mark = 'trouble.mark';
  @HyperParameter({ min: 0, integer: true, description: 'after each update' }) pauseMilliseconds = 0;

  readonly backbone = nn.resnet18({ head: 'none', width: 8 });
  readonly dropout = new nn.Dropout(0.2);
  readonly projectionHead: nn.SimSiamProjectionHead;
  readonly predictionHead = new nn.SimSiamPredictionHead(16, 8, 16);

  constructor() {
    super();
    const differs = this.trouble === 'model' && process.env['FULGUR_RANK'] === String(this.troubleRank);
    this.projectionHead = new nn.SimSiamProjectionHead(64, differs ? 24 : 32, 16);
  }

  forward(view: tf.Tensor4D) {
    const z = this.projectionHead.forward(this.dropout.forward(this.backbone.forward(view)));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  override trainingStep({ views }: ViewBatch): tf.Scalar {
    const loss = fastSiamLoss(views.map((view) => this.forward(view)));
    this.log('train_loss_ssl', loss, { onStep: true, onEpoch: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.06, momentum: 0.9 });
  }
}

if (require.main === module) void run(Troubled);
