/**
 * Learns features of handwritten digits without labels: SimSiam's loss on two views of each image.
 *
 *   npm run train
 *   npm run train -- --trainer.maxEpochs 10 --lr 0.03
 *   npm run train -- knn
 *   npm run train -- --data.name folder --data.path photos
 */
import { Experiment, HyperParameter, TrainingModule, losses, nn, optim, run, views } from 'fulgur';
import type { ViewBatch, tf } from 'fulgur';
import { checkpointing } from 'fulgur/plugins/checkpointing';
import { collapseSentinel } from 'fulgur/plugins/collapse-sentinel';
import { csvLogger } from 'fulgur/plugins/csv-logger';
import { progressBar } from 'fulgur/plugins/progress-bar';

@Experiment({
  name: 'digits',
  trainer: { maxEpochs: 3 },
  data: {
    name: 'digits',
    batchSize: 128,
    // A mirrored digit is a different digit, and a small crop of one is not a digit at all.
    transform: views.simsiam({ inputSize: 32, hfProb: 0, minScale: 0.5 }),
  },
  plugins: [progressBar(), csvLogger(), checkpointing(), collapseSentinel({ watch: 'z' })],
})
export class Digits extends TrainingModule<ViewBatch, 'loss'> {
  @HyperParameter({ min: 0, description: 'learning rate' }) lr = 0.06;

  readonly backbone = nn.resnet18({ head: 'none', stem: 'cifar', width: 16 });
  readonly projectionHead = new nn.SimSiamProjectionHead(128, 512, 128);
  readonly predictionHead = new nn.SimSiamPredictionHead(128, 64, 128);

  forward(view: tf.Tensor4D) {
    const z = this.projectionHead.forward(this.backbone.forward(view));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const [first, second] = nn.viewsOf(batch, 2);
    const [a, b] = [this.forward(first), this.forward(second)];
    const loss = nn.meanOf([
      losses.negativeCosineSimilarity(a.p, b.z),
      losses.negativeCosineSimilarity(b.p, a.z),
    ]);
    this.log('loss', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr, momentum: 0.9, weightDecay: 5e-4 });
  }
}

if (require.main === module) void run(Digits);
