/** A data set of one's own in one file: pictures of a bar, upright or lying, grey in 16 bits; some have no label. */
import { Experiment, TrainingModule, defineDataset, nn, optim, run, tf, views, z } from '../../../src';
import type { ViewBatch } from '../../../src';
import { csvLogger } from '../../../plugins/csv-logger';

const side = 12;

export const bars = defineDataset({
  export: 'bars',
  options: z.strictObject({ length: z.int().positive() }),
  open: ({ length }) => ({
    length,
    classNames: ['upright', 'lying'],
    label: (index) => (index % 5 === 4 ? null : index % 2),
    sampleName: (index) => `bar-${index}`,
    read: (index) => ({
      ...{ width: side, height: side, channels: 1 },
      data: Uint16Array.from({ length: side * side }, (_, at) => {
        const [row, column] = [Math.floor(at / side), at % side];
        return (index % 2 === 0 ? column : row) === index % side ? 65_535 : 1000;
      }),
    }),
  }),
});

@Experiment({
  name: 'own-dataset',
  trainer: { maxEpochs: 1, logEveryNSteps: 1, enableProgressBar: false },
  data: {
    dataset: bars({ length: 60 }),
    batchSize: 8,
    transform: views.of(views.times(2, views.view({ size: 10, crop: {}, flip: 0.5 }))),
  },
  plugins: [csvLogger()],
})
class OwnDataset extends TrainingModule<ViewBatch, 'loss' | 'labelled'> {
  readonly layer = new nn.Linear(10 * 10 * 3, 2);

  forward(view: tf.Tensor4D) {
    return this.layer.forward(tf.reshape(view, [view.shape[0], 10 * 10 * 3]));
  }

  override trainingStep({ views: [view], labels }: ViewBatch) {
    if (view === undefined) throw new Error('there are two views');
    const known = tf.cast(tf.greaterEqual(labels, 0), 'float32');
    this.log('labelled', tf.sum<tf.Scalar>(known));
    const wanted = tf.oneHot(tf.maximum(labels, 0).toInt(), 2);
    const loss = tf.losses.softmaxCrossEntropy(wanted, this.forward(view), known).asScalar();
    this.log('loss', loss);
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.1 });
  }
}

if (require.main === module) void run(OwnDataset);
