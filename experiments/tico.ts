/**
 * TiCo on CIFAR-10: two views agree, and features avoid the directions that have been most frequent so far.
 *
 *   npx ts-node experiments/tico.ts
 *   npx ts-node experiments/tico.ts --trainer.maxEpochs 1 --stem cifar --data.name digits
 */
import { Experiment, HyperParameter, TrainingModule, losses, nn, optim, run, schedules, views } from '../src';
import type { ViewBatch, tf } from '../src';
import { checkpointing } from '../plugins/checkpointing';
import { collapseSentinel } from '../plugins/collapse-sentinel';
import { csvLogger } from '../plugins/csv-logger';
import { dataParallel } from '../plugins/data-parallel';
import { knnEval } from '../plugins/knn-eval';
import { progressBar } from '../plugins/progress-bar';
import { syncBatchNorm } from '../plugins/sync-bn';

@Experiment({
  name: 'tico',
  help: 'TiCo on CIFAR-10: views agree, and features spread over all directions (Zhu et al., arXiv 2206.10698)',
  trainer: { maxEpochs: 10 },
  data: {
    name: 'cifar10',
    fallback: 'digits',
    batchSize: 256,
    dropLast: true,
    transform: views.byol({ inputSize: 32, gaussianBlur: 0 }),
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
export class TICO extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.06;
  /** Initial momentum of the teacher, the weight of its old values in an update; it rises to 1 over the epochs. */
  @HyperParameter({ min: 0, max: 1 }) momentum = 0.996;
  @HyperParameter({ choices: ['imagenet', 'cifar'] }) stem: 'imagenet' | 'cifar' = 'imagenet';
  @HyperParameter({ min: 1, integer: true }) width = 64;
  @HyperParameter({ min: 1, integer: true }) hiddenFeatures = 1024;
  @HyperParameter({ min: 1, integer: true }) outFeatures = 256;

  readonly backbone = nn.resnet18({ head: 'none', stem: this.stem, width: this.width });
  readonly projectionHead = new nn.TiCoProjectionHead(
    this.backbone.features,
    this.hiddenFeatures,
    this.outFeatures,
  );
  readonly backboneMomentum = nn.teacherOf(this.backbone);
  readonly projectionHeadMomentum = nn.teacherOf(this.projectionHead);
  readonly criterion = new losses.TiCo({ features: this.outFeatures });

  forward(view: tf.Tensor4D) {
    return { z: this.projectionHead.forward(this.backbone.forward(view)) };
  }

  teacherForward(view: tf.Tensor4D) {
    return this.projectionHeadMomentum.forward(this.backboneMomentum.forward(view));
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const [first, second] = nn.viewsOf(batch, 2);
    const momentum = this.scheduled(schedules.cosine({ from: this.momentum, to: 1, every: 'epoch' }));
    this.backboneMomentum.follow(momentum);
    this.projectionHeadMomentum.follow(momentum);
    const loss = this.criterion.forward(this.forward(first).z, this.teacherForward(second));
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(TICO);
