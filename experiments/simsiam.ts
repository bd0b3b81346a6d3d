/**
 * SimSiam on CIFAR-10: each of two views predicts the other, and no gradient flows into the target.
 *
 *   npx ts-node experiments/simsiam.ts
 *   npx ts-node experiments/simsiam.ts --trainer.maxEpochs 1 --stem cifar --data.name digits
 */
import { Experiment, HyperParameter, TrainingModule, losses, nn, optim, run, views } from '../src';
import type { ViewBatch, tf } from '../src';
import { checkpointing } from '../plugins/checkpointing';
import { collapseSentinel } from '../plugins/collapse-sentinel';
import { csvLogger } from '../plugins/csv-logger';
import { dataParallel } from '../plugins/data-parallel';
import { knnEval } from '../plugins/knn-eval';
import { progressBar } from '../plugins/progress-bar';
import { syncBatchNorm } from '../plugins/sync-bn';

@Experiment({
  name: 'simsiam',
  help: 'SimSiam on CIFAR-10: two views predict each other (Chen and He, arXiv 2011.10566)',
  trainer: { maxEpochs: 10 },
  data: {
    name: 'cifar10',
    fallback: 'digits',
    batchSize: 256,
    dropLast: true,
    transform: views.simsiam({ inputSize: 32 }),
  },
  plugins: [
    dataParallel(),
    syncBatchNorm(),
    progressBar(),
    csvLogger(),
    checkpointing(),
    collapseSentinel({ watch: 'z' }),
    knnEval({ everyNEpochs: 1 }),
  ],
})
export class SimSiam extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.06;
  @HyperParameter({ choices: ['imagenet', 'cifar'] }) stem: 'imagenet' | 'cifar' = 'imagenet';
  @HyperParameter({ min: 1, integer: true }) width = 64;

  readonly backbone = nn.resnet18({ head: 'none', stem: this.stem, width: this.width });
  readonly projectionHead = new nn.SimSiamProjectionHead(this.backbone.features, 512, 128);
  readonly predictionHead = new nn.SimSiamPredictionHead(128, 64, 128);

  forward(view: tf.Tensor4D) {
    const z = this.projectionHead.forward(this.backbone.forward(view));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const [first, second] = nn.viewsOf(batch, 2);
    const [a, b] = [this.forward(first), this.forward(second)];
    const loss = nn.meanOf([
      losses.negativeCosineSimilarity(b.p, a.z),
      losses.negativeCosineSimilarity(a.p, b.z),
    ]);
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(SimSiam);
