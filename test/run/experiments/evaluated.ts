/** A small classifier of digits with all kinds of evaluation: run as a process by the tests. */
import { Experiment, TrainingModule, nn, optim, run, tf, views } from '../../../src';
import type { ViewBatch } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { csvLogger } from '../../../plugins/csv-logger';
import { progressBar } from '../../../plugins/progress-bar';

@Experiment({
  name: 'evaluated',
  trainer: {
    maxEpochs: 2,
    limitTrainBatches: 10,
    limitValBatches: 2,
    limitTestBatches: 3,
    limitPredictBatches: 2,
  },
  data: {
    name: 'digits',
    batchSize: 32,
    workers: 1,
    transform: views.fastSiam({ inputSize: 32, numViews: 1, hfProb: 0 }),
    evaluationTransform: views.plain({ inputSize: 32 }),
  },
  plugins: [progressBar(), csvLogger(), checkpointing({ monitor: 'val_loss' })],
})
class Evaluated extends TrainingModule<ViewBatch> {
  readonly backbone = nn.resnet18({ head: 'none', width: 8 });
  readonly head = new nn.Linear(64, 10);

  forward(images: tf.Tensor4D) {
    return this.head.forward(this.backbone.forward(images));
  }

  loss({ views: [images], labels }: ViewBatch): tf.Scalar {
    if (images === undefined) throw new Error('there is no view');
    return tf.losses.softmaxCrossEntropy(tf.oneHot(labels, 10), this.forward(images)).asScalar();
  }

  override trainingStep(batch: ViewBatch): tf.Scalar {
    return this.loss(batch);
  }

  override validationStep(batch: ViewBatch): void {
    this.log('val_loss', this.loss(batch), { progBar: true });
  }

  override testStep(batch: ViewBatch): void {
    this.log('test_loss', this.loss(batch));
  }

  override predictStep({ views: [images], labels, indices }: ViewBatch) {
    if (images === undefined) throw new Error('there is no view');
    return { classes: tf.argMax(this.forward(images), 1), labels, indices };
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.05, momentum: 0.9 });
  }
}

if (require.main === module) void run(Evaluated);
