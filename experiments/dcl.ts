/**
 * DCL on CIFAR-10: SimCLR with a loss that leaves the positive pair out of the denominator.
 *
 *   npx ts-node experiments/dcl.ts
 *   npx ts-node experiments/dcl.ts --trainer.maxEpochs 1 --stem cifar --data.name digits
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
  name: 'dcl',
  help: 'DCL on CIFAR-10: SimCLR without the positive pair in the denominator (Yeh et al., arXiv 2110.06848)',
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
export class DCL extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.06;
  @HyperParameter({ min: 1e-3 }) temperature = 0.1;
  @HyperParameter({ choices: ['imagenet', 'cifar'] }) stem: 'imagenet' | 'cifar' = 'imagenet';
  @HyperParameter({ min: 1, integer: true }) width = 64;
  @HyperParameter({ min: 1, integer: true }) hiddenFeatures = 2048;
  @HyperParameter({ min: 1, integer: true }) outFeatures = 2048;

  readonly backbone = nn.resnet18({ head: 'none', stem: this.stem, width: this.width });
  readonly projectionHead = new nn.SimCLRProjectionHead(
    this.backbone.features,
    this.hiddenFeatures,
    this.outFeatures,
  );

  forward(view: tf.Tensor4D) {
    return { z: this.projectionHead.forward(this.backbone.forward(view)) };
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const [first, second] = nn.viewsOf(batch, 2);
    const [a, b] = [this.forward(first), this.forward(second)];
    const { temperature } = this;
    const loss = losses.dcl(a.z, b.z, { temperature }); // or losses.dclw, its weighted form
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(DCL);
