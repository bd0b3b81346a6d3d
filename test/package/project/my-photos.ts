/** What a user writes outside of Fulgur's repository; the package test compiles and trains it in a project of its own. */
import { Experiment, HyperParameter, TrainingModule, losses, nn, optim, run, tf, views } from 'fulgur';
import type { ViewBatch } from 'fulgur';
import { checkpointing } from 'fulgur/plugins/checkpointing';
import { csvLogger } from 'fulgur/plugins/csv-logger';
import { dataParallel } from 'fulgur/plugins/data-parallel';
import { photoList } from './photo-list';

@Experiment({
  name: 'my-photos',
  seed: 7,
  trainer: { maxSteps: 3, logEveryNSteps: 1 },
  data: {
    dataset: photoList({ csv: 'photos.csv' }),
    batchSize: 8,
    transform: views.of(
      views.view({ size: 32, crop: { scale: [0.2, 1] }, flip: 0.5, jitter: { strength: 0.5 }, blur: 0.5 }),
      views.view({
        size: 24,
        crop: { scale: [0.2, 1] },
        flip: 0.5,
        jitter: { strength: 0.5 },
        solarize: 0.2,
      }),
    ),
  },
  plugins: [csvLogger(), checkpointing(), dataParallel()],
})
export class MyPhotos extends TrainingModule<ViewBatch, 'loss'> {
  @HyperParameter({ min: 0 }) lr = 0.05;

  readonly backbone = nn.resnet18({ head: 'none', stem: 'cifar', width: 8 });
  readonly projectionHead = new nn.SimSiamProjectionHead(64, 64, 32);
  readonly predictionHead = new nn.SimSiamPredictionHead(32, 16, 32);

  forward(view: tf.Tensor4D) {
    const z = this.projectionHead.forward(this.backbone.forward(view));
    return { z: nn.stopGradient(z), p: this.predictionHead.forward(z) };
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    const [first, second] = batch.views.map((view) => this.forward(view));
    if (first === undefined || second === undefined) throw new Error('Two views at least.');
    const loss = losses.negativeCosineSimilarity(first.p, second.z).mul(0.5).asScalar();
    this.log('loss', loss);
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr, momentum: 0.9 });
  }
}

if (require.main === module) void run(MyPhotos);
