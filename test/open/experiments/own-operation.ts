/** Views with an operation of one's own on their pixels: a square of white, as Cutout cuts one out (DeVries and Taylor 2017). */
import { Experiment, TrainingModule, nn, optim, run, tf, views } from '../../../src';
import type { PixelOperation, ViewBatch } from '../../../src';
import { jsonlLogger } from '../../../plugins/jsonl-logger';

export function cutout({ side }: { side: number }): PixelOperation {
  return ({ height, width, data }, random) => {
    const top = random.below(height - side + 1);
    const left = random.below(width - side + 1);
    for (let row = top; row < top + side; row++) {
      data.fill(255, (row * width + left) * 3, (row * width + left + side) * 3);
    }
  };
}

const view = views.view({
  size: 16,
  after: [views.custom({ module: __filename, export: 'cutout', options: { side: 8 } })],
  normalize: null,
});

@Experiment({
  name: 'own-operation',
  trainer: { maxEpochs: 1, logEveryNSteps: 1, enableProgressBar: false },
  data: { name: 'digits', batchSize: 16, transform: views.of(view, view) },
  plugins: [jsonlLogger()],
})
class OwnOperation extends TrainingModule<ViewBatch, 'loss' | 'white'> {
  readonly layer = new nn.Linear(16 * 16 * 3, 4);

  forward(view: tf.Tensor4D) {
    return this.layer.forward(tf.reshape(view, [view.shape[0], 16 * 16 * 3]));
  }

  override trainingStep({ views: [a, b] }: ViewBatch) {
    if (a === undefined || b === undefined) throw new Error('there are two views');
    this.log('white', tf.mean<tf.Scalar>(tf.cast(tf.equal(a, 1), 'float32')));
    const loss = tf.losses.meanSquaredError(this.forward(a), this.forward(b)).asScalar();
    this.log('loss', loss);
    return loss;
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.01 });
  }
}

if (require.main === module) void run(OwnOperation);
