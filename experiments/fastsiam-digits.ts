/**
 * FastSiam on the embedded digits: learns visibly within minutes on any machine, and needs no download.
 *
 *   npx ts-node experiments/fastsiam-digits.ts
 */
import { Experiment, HyperParameter, TrainingModule, nn, optim, run, views } from '../src';
import type { ViewBatch, tf } from '../src';
import { checkpointing } from '../plugins/checkpointing';
import { collapseSentinel } from '../plugins/collapse-sentinel';
import { csvLogger } from '../plugins/csv-logger';
import { knnEval } from '../plugins/knn-eval';
import { progressBar } from '../plugins/progress-bar';
import { fastSiamLoss } from './fastsiam';

@Experiment({
  name: 'fastsiam-digits',
  help: 'FastSiam on the embedded digits: learns visibly within minutes, and needs no download',
  seed: 1,
  trainer: { maxEpochs: 5 },
  data: {
    name: 'digits',
    batchSize: 128,
    dropLast: true,
    // A mirrored digit may look like a different digit, and a small crop of a digit is not a digit at all.
    transform: views.fastSiam({ inputSize: 32, hfProb: 0, minScale: 0.5 }),
  },
  plugins: [
    progressBar(),
    csvLogger(),
    checkpointing({ monitor: 'knn_accuracy', mode: 'max' }),
    collapseSentinel({ watch: 'z' }),
    knnEval({ everyNEpochs: 1, atStart: true }),
  ],
})
export class DigitsFastSiam extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.06;
  @HyperParameter({ min: 0, max: 1 }) momentum = 0.9;
  @HyperParameter({ min: 0 }) weightDecay = 5e-4;

  // As in lightly's ResNets for small images, whose convolutions keep PyTorch's default initialisation.
  readonly backbone = nn.resnet18({ head: 'none', stem: 'cifar', width: 16, initialization: 'pytorch' });
  readonly projectionHead = new nn.SimSiamProjectionHead(128, 512, 128);
  readonly predictionHead = new nn.SimSiamPredictionHead(128, 64, 128);

  forward(view: tf.Tensor4D) {
    const z = this.projectionHead.forward(this.backbone.forward(view));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const views = nn.viewsOf(batch, { atLeast: 2 });
    const loss = fastSiamLoss(views.map((view) => this.forward(view)));
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    const { lr: learningRate, momentum, weightDecay } = this;
    return optim.sgd(this.parameters(), { learningRate, momentum, weightDecay });
  }
}

if (require.main === module) void run(DigitsFastSiam);
