/**
 * A small FastSiam with everything that a resume must restore, which reports its phases: run and killed by
 * `bench/kills.ts`.
 */
import {
  Experiment,
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
import type { PluginHooks, RunEventSource, ViewBatch, tf } from '../../src';
import { checkpointing } from '../../plugins/checkpointing';
import { collapseSentinel } from '../../plugins/collapse-sentinel';
import { csvLogger } from '../../plugins/csv-logger';
import { fastSiamLoss } from '../../experiments/fastsiam';

/** Prints the run's phase, one line each. */
@Plugin({ name: 'marks' })
class Marks implements PluginHooks {
  constructor(@inject(tokens.events) events: RunEventSource) {
    events.on('message', (_, text) => {
      if (text.startsWith('Saved checkpoint')) console.log('saved');
    });
  }

  onTrainStart(): void {
    console.log('training');
  }

  onTrainBatchEnd(): void {
    console.log('update');
  }

  onSaveCheckpoint(): void {
    console.log('saving');
  }

  onValidationStart(): void {
    console.log('validating');
  }

  onValidationEnd(): void {
    console.log('validated');
  }

  onTrainEnd(): void {
    console.log('ending');
  }
}

@Experiment({
  name: 'killed',
  trainer: {
    maxEpochs: 3,
    limitTrainBatches: 8,
    valCheckInterval: 4,
    limitValBatches: 3,
    numSanityValSteps: 1,
    logEveryNSteps: 1,
  },
  data: {
    name: 'digits',
    batchSize: 32,
    transform: views.fastSiam({ inputSize: 32, hfProb: 0, minScale: 0.5 }),
  },
  plugins: [
    csvLogger(),
    collapseSentinel({ watch: 'z' }),
    definePlugin(Marks),
    checkpointing({ everyNSteps: 3, monitor: 'val_loss' }),
  ],
})
class Killed extends TrainingModule<ViewBatch> {
  readonly backbone = nn.resnet18({ head: 'none', stem: 'cifar', width: 8 });
  readonly dropout = new nn.Dropout(0.1);
  readonly projectionHead = new nn.SimSiamProjectionHead(64, 64, 32);
  readonly predictionHead = new nn.SimSiamPredictionHead(32, 16, 32);

  forward(view: tf.Tensor4D) {
    const z = this.projectionHead.forward(this.dropout.forward(this.backbone.forward(view)));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  override trainingStep({ views }: ViewBatch): tf.Scalar {
    const loss = fastSiamLoss(views.map((view) => this.forward(view)));
    this.log('train_loss_ssl', loss, { onStep: true, onEpoch: true });
    return loss;
  }

  override validationStep({ views }: ViewBatch): void {
    this.log('val_loss', fastSiamLoss(views.map((view) => this.forward(view))));
  }

  override configureOptimizers({ totalSteps }: { totalSteps: number | null }) {
    const learningRate = optim.schedules.cosine({ learningRate: 0.06, totalSteps: totalSteps ?? 24 });
    return optim.sgd(this.parameters(), { learningRate, momentum: 0.9, weightDecay: 5e-4 });
  }
}

if (require.main === module) void run(Killed);
