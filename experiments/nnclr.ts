/**
 * NNCLR on CIFAR-10: a view predicts the nearest neighbour of the other view in a queue of features.
 *
 *   npx ts-node experiments/nnclr.ts
 *   npx ts-node experiments/nnclr.ts --trainer.maxEpochs 1 --stem cifar --data.name digits
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
  name: 'nnclr',
  help: 'NNCLR on CIFAR-10: SimCLR with nearest neighbours as positives (Dwibedi et al., arXiv 2104.14548)',
  trainer: { maxEpochs: 10 },
  data: {
    name: 'cifar10',
    fallback: 'digits',
    batchSize: 256,
    dropLast: true,
    transform: views.simclr({ inputSize: 32 }),
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
export class NNCLR extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.06;
  @HyperParameter({ min: 1e-3 }) temperature = 0.5;
  @HyperParameter({ min: 1, integer: true }) queueSize = 4096;
  @HyperParameter({ choices: ['imagenet', 'cifar'] }) stem: 'imagenet' | 'cifar' = 'imagenet';
  @HyperParameter({ min: 1, integer: true }) width = 64;
  @HyperParameter({ min: 1, integer: true }) hiddenFeatures = 512;
  @HyperParameter({ min: 1, integer: true }) outFeatures = 128;

  readonly backbone = nn.resnet18({ head: 'none', stem: this.stem, width: this.width });
  readonly projectionHead = new nn.NNCLRProjectionHead(
    this.backbone.features,
    this.hiddenFeatures,
    this.outFeatures,
  );
  readonly predictionHead = new nn.NNCLRPredictionHead(
    this.outFeatures,
    this.hiddenFeatures,
    this.outFeatures,
  );
  readonly memoryBank = new nn.FeatureQueue({ size: this.queueSize, features: this.outFeatures });

  forward(view: tf.Tensor4D) {
    const z = this.projectionHead.forward(this.backbone.forward(view));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const [first, second] = nn.viewsOf(batch, 2);
    const { temperature, memoryBank } = this;
    const [a, b] = [this.forward(first), this.forward(second)];
    const loss = nn.meanOf([
      losses.ntXent(memoryBank.nearest(a.z), b.p, { temperature }),
      losses.ntXent(memoryBank.nearest(b.z), a.p, { temperature }),
    ]);
    memoryBank.push(b.z);
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(NNCLR);
