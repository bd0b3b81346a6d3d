/**
 * SwaV on CIFAR-10: each view predicts the prototypes to which the two large views were assigned.
 *
 *   npx ts-node experiments/swav.ts
 *   npx ts-node experiments/swav.ts --trainer.maxEpochs 1 --stem cifar --data.name digits
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
  name: 'swav',
  help: "SwaV on CIFAR-10: views predict each other's prototypes (Caron et al., arXiv 2006.09882)",
  trainer: { maxEpochs: 10 },
  data: {
    name: 'cifar10',
    fallback: 'digits',
    batchSize: 128,
    dropLast: true,
    transform: views.swav({ cropSizes: [32, 16] }),
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
export class SwaV extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.001;
  @HyperParameter({ min: 1e-3 }) temperature = 0.1;
  @HyperParameter({ choices: ['imagenet', 'cifar'] }) stem: 'imagenet' | 'cifar' = 'imagenet';
  @HyperParameter({ min: 1, integer: true }) width = 64;
  @HyperParameter({ min: 1, integer: true }) hiddenFeatures = 512;
  @HyperParameter({ min: 1, integer: true }) outFeatures = 128;
  @HyperParameter({ min: 2, integer: true }) nPrototypes = 512;

  readonly backbone = nn.resnet18({ head: 'none', stem: this.stem, width: this.width });
  readonly projectionHead = new nn.SwaVProjectionHead(
    this.backbone.features,
    this.hiddenFeatures,
    this.outFeatures,
  );
  readonly prototypes = new nn.SwaVPrototypes(this.outFeatures, this.nPrototypes);

  forward(view: tf.Tensor4D) {
    const z = nn.normalizeRows(this.projectionHead.forward(this.backbone.forward(view)));
    return { z, logits: this.prototypes.forward(z) };
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const views = nn.viewsOf(batch, { large: 2 });
    const { temperature } = this;
    this.prototypes.normalize();
    const logits = views.map((view) => this.forward(view).logits);
    const loss = losses.swaV(logits.slice(0, 2), logits.slice(2), { temperature });
    this.log('train_loss_ssl', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.adam(this.parameters(), { learningRate: this.lr });
  }
}

if (require.main === module) void run(SwaV);
