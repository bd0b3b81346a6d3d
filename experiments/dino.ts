/**
 * DINO on CIFAR-10: a student sees small and large views, and predicts its teacher's output for the large ones.
 *
 *   npx ts-node experiments/dino.ts
 *   npx ts-node experiments/dino.ts --architecture vitTiny --lr 5e-4 --data.name digits
 */
import { Experiment, HyperParameter, TrainingModule, losses, nn, optim, run, schedules, views } from '../src';
import type { ViewBatch, tf } from '../src';
import { checkpointing } from '../plugins/checkpointing';
import { csvLogger } from '../plugins/csv-logger';
import { dataParallel } from '../plugins/data-parallel';
import { knnEval } from '../plugins/knn-eval';
import { progressBar } from '../plugins/progress-bar';
import { syncBatchNorm } from '../plugins/sync-bn';

@Experiment({
  name: 'dino',
  help: "DINO on CIFAR-10: a student predicts its teacher's output for other views (Caron et al., arXiv 2104.14294)",
  trainer: { maxEpochs: 10 },
  data: {
    name: 'cifar10',
    fallback: 'digits',
    batchSize: 64,
    dropLast: true,
    transform: views.dino({ globalCropSize: 32, localCropSize: 16 }),
  },
  plugins: [
    dataParallel(),
    syncBatchNorm(),
    progressBar(),
    csvLogger(),
    checkpointing(),
    knnEval({ everyNEpochs: 1 }),
  ],
})
export class DINO extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.001;
  /** Initial momentum of the teacher, the weight of its old values in an update; it rises to 1 over the epochs. */
  @HyperParameter({ min: 0, max: 1 }) momentum = 0.996;
  @HyperParameter({ min: 1e-3 }) teacherTemp = 0.04;
  @HyperParameter({ choices: ['resnet18', 'vitTiny', 'vitSmall'] }) architecture = 'resnet18';
  @HyperParameter({ choices: ['imagenet', 'cifar'], description: 'of a ResNet' })
  stem: 'imagenet' | 'cifar' = 'imagenet';
  @HyperParameter({ min: 1, integer: true, description: 'of a ResNet' }) width = 64;
  @HyperParameter({ min: 1, integer: true, description: 'of a ViT, in pixels' }) patchSize = 4;
  @HyperParameter({ min: 1, integer: true }) hiddenFeatures = 512;
  @HyperParameter({ min: 1, integer: true }) bottleneckFeatures = 64;
  @HyperParameter({ min: 2, integer: true }) outFeatures = 2048;

  readonly studentBackbone = this.buildBackbone();
  readonly studentHead = new nn.DINOProjectionHead(
    this.studentBackbone.features,
    this.hiddenFeatures,
    this.bottleneckFeatures,
    this.outFeatures,
    { freezeLastLayer: 1 },
  );
  readonly teacherBackbone = nn.teacherOf(this.studentBackbone);
  readonly teacherHead = nn.teacherOf(this.studentHead);
  readonly criterion = new losses.Dino({ outFeatures: this.outFeatures });

  private buildBackbone(): nn.ResNetBackbone | nn.VisionTransformer {
    const { architecture, stem, width, patchSize } = this;
    if (architecture === 'resnet18') return nn.resnet18({ head: 'none', stem, width });
    const vit = architecture === 'vitTiny' ? nn.vitTiny : nn.vitSmall;
    return vit({ head: 'none', imageSize: 32, patchSize });
  }

  embed(images: tf.Tensor4D) {
    return this.studentBackbone.forward(images);
  }

  forward(view: tf.Tensor4D) {
    return this.studentHead.forward(this.studentBackbone.forward(view));
  }

  teacherForward(view: tf.Tensor4D) {
    return this.teacherHead.forward(this.teacherBackbone.forward(view));
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const views = nn.viewsOf(batch, { large: 2 });
    const momentum = this.scheduled(schedules.cosine({ from: this.momentum, to: 1, every: 'epoch' }));
    this.teacherBackbone.follow(momentum);
    this.teacherHead.follow(momentum);
    const teacher = views.slice(0, 2).map((view) => this.teacherForward(view));
    const student = views.map((view) => this.forward(view));
    const warmup = schedules.linear({ from: 0.04, to: this.teacherTemp, every: 'epoch', epochs: 5 });
    const loss = this.criterion.forward(teacher, student, { teacherTemp: this.scheduled(warmup) });
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    const frozenEpochs = this.studentHead.freezeLastLayer;
    const groups = optim.groups(this, [{ match: 'student_head.last_layer', frozenEpochs }]);
    return optim.adam(groups, { learningRate: this.lr });
  }
}

if (require.main === module) void run(DINO);
