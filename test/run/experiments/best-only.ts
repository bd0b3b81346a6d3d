/** A linear classifier of digits that keeps only its best checkpoints, by a score that is infinite: run as a process by the tests. */
import { setTimeout as wait } from 'node:timers/promises';
import { Experiment, HyperParameter, TrainingModule, nn, optim, run, tf, views } from '../../../src';
import type { HookContext, ViewBatch } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { csvLogger } from '../../../plugins/csv-logger';
import { progressBar } from '../../../plugins/progress-bar';

@Experiment({
  name: 'best-only',
  trainer: { maxEpochs: 3, limitTrainBatches: 4, limitValBatches: 1, logEveryNSteps: 1 },
  data: {
    name: 'digits',
    batchSize: 16,
    workers: 1,
    transform: views.fastSiam({ inputSize: 32, numViews: 1, hfProb: 0, minScale: 0.5 }),
    evaluationTransform: views.plain({ inputSize: 32 }),
  },
  plugins: [
    progressBar(),
    csvLogger(),
    checkpointing({
      monitor: 'val/margin',
      mode: 'max',
      saveLast: false,
      filename: 'e{epoch:02d}-s{step:04d}-{val/margin:.2f}',
    }),
  ],
})
class BestOnly extends TrainingModule<ViewBatch> {
  @HyperParameter({ min: 0, integer: true }) pauseAfter = 0;
  @HyperParameter({ choices: ['val/margin', 'val/margins'] }) logged = 'val/margin';

  readonly head = new nn.Linear(32 * 32 * 3, 10);

  forward(images: tf.Tensor4D): tf.Tensor2D {
    return this.head.forward(images.reshape([-1, 32 * 32 * 3]));
  }

  loss({ views: [images], labels }: ViewBatch): tf.Scalar {
    if (images === undefined) throw new Error('there is no view');
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 10), this.forward(images)).asScalar();
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    return this.loss(batch);
  }

  override validationStep(batch: ViewBatch): void {
    this.log(this.logged, tf.div<tf.Scalar>(1, tf.mul<tf.Scalar>(this.loss(batch), 0)));
  }

  override async onTrainBatchEnd({ progress }: HookContext): Promise<void> {
    console.log(`update ${progress.globalStep}`);
    if (progress.globalStep === this.pauseAfter) await wait(1500);
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.01 });
  }
}

if (require.main === module) void run(BestOnly);
