/**
 * MoCo v2 on CIFAR-10: a view identifies its key in a queue of a teacher's keys from all ranks.
 *
 *   npx ts-node experiments/moco.ts
 *   npx ts-node experiments/moco.ts --trainer.maxEpochs 1 --stem cifar --data.name digits
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
  name: 'moco',
  help: 'MoCo v2 on CIFAR-10: a view identifies its key in a queue of keys (Chen et al., arXiv 2003.04297)',
  trainer: { maxEpochs: 10 },
  data: {
    name: 'cifar10',
    fallback: 'digits',
    batchSize: 256,
    dropLast: true,
    transform: views.mocoV2({ inputSize: 32 }),
  },
  plugins: [
    dataParallel(),
    syncBatchNorm(),
    progressBar(),
    csvLogger(),
    checkpointing(),
    collapseSentinel({ watch: 'z', warnBelow: 0.2 }),
    knnEval({ everyNEpochs: 1 }),
  ],
})
export class MoCo extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.06;
  /** Initial momentum of the teacher, the weight of its old values in an update; it rises to 1 over the epochs. */
  @HyperParameter({ min: 0, max: 1 }) momentum = 0.996;
  @HyperParameter({ min: 1e-3 }) temperature = 0.5;
  @HyperParameter({ min: 1, integer: true }) queueSize = 4096;
  @HyperParameter({ choices: ['imagenet', 'cifar'] }) stem: 'imagenet' | 'cifar' = 'imagenet';
  @HyperParameter({ min: 1, integer: true }) width = 64;
  @HyperParameter({ min: 1, integer: true }) hiddenFeatures = 512;
  @HyperParameter({ min: 1, integer: true }) outFeatures = 128;

  readonly backbone = nn.resnet18({ head: 'none', stem: this.stem, width: this.width });
  readonly projectionHead = new nn.MoCoProjectionHead(
    this.backbone.features,
    this.hiddenFeatures,
    this.outFeatures,
  );
  readonly backboneMomentum = nn.teacherOf(this.backbone);
  readonly projectionHeadMomentum = nn.teacherOf(this.projectionHead);
  readonly queue = new nn.FeatureQueue({ size: this.queueSize, features: this.outFeatures });

  forward(view: tf.Tensor4D) {
    return { z: this.projectionHead.forward(this.backbone.forward(view)) };
  }

  teacherForward(view: tf.Tensor4D) {
    return this.projectionHeadMomentum.forward(this.backboneMomentum.forward(view));
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const [query, key] = nn.viewsOf(batch, 2);
    const momentum = this.scheduled(schedules.cosine({ from: this.momentum, to: 1, every: 'epoch' }));
    this.backboneMomentum.follow(momentum);
    this.projectionHeadMomentum.follow(momentum);
    const { temperature } = this;
    const { z } = this.forward(query);
    const keys = nn.normalizeRows(this.teacherForward(key));
    const loss = losses.ntXentAgainst(z, keys, this.queue.values(), { temperature });
    this.queue.push(keys);
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(MoCo);
