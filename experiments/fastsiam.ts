/**
 * FastSiam on CIFAR-10: lightly's Lightning example as an experiment class.
 *
 *   npx ts-node experiments/fastsiam.ts
 *   npx ts-node experiments/fastsiam.ts --trainer.maxEpochs 1 --lr 0.03 --data.name digits
 */
import { Experiment, HyperParameter, TrainingModule, losses, nn, optim, run, views } from '../src';
import type { ViewBatch, tf } from '../src';
import { checkpointing } from '../plugins/checkpointing';
import { collapseSentinel } from '../plugins/collapse-sentinel';
import { csvLogger } from '../plugins/csv-logger';
import { progressBar } from '../plugins/progress-bar';

@Experiment({
  name: 'fastsiam',
  help: 'FastSiam on CIFAR-10: four views predict each other (Pototzky et al., GCPR 2022)',
  trainer: { maxEpochs: 10 },
  data: {
    name: 'cifar10',
    fallback: 'digits',
    batchSize: 256,
    dropLast: true,
    transform: views.fastSiam({ inputSize: 32 }),
  },
  plugins: [progressBar(), csvLogger(), checkpointing(), collapseSentinel({ watch: 'z' })],
})
export class FastSiam extends TrainingModule<ViewBatch, 'train_loss_ssl'> {
  @HyperParameter({ min: 0 }) lr = 0.06;

  readonly backbone = nn.resnet18({ head: 'none' });
  readonly projectionHead = new nn.SimSiamProjectionHead(512, 512, 128);
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
    return optim.sgd(this.parameters(), { learningRate: this.lr });
  }
}

/** Each view predicts the mean of the others' projections: the mean over the views of their negative cosine. */
export function fastSiamLoss(outputs: readonly { z: tf.Tensor2D; p: tf.Tensor2D }[]): tf.Scalar {
  return nn.meanOf(
    outputs.map(({ p }, i) => {
      const others = outputs.filter((_, j) => j !== i).map(({ z }) => z);
      return losses.negativeCosineSimilarity(p, nn.meanOf(others));
    }),
  );
}

if (require.main === module) void run(FastSiam);
