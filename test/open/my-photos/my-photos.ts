/** A project of one's own: its own images, its own views and method, in a folder of its own. */
import { Experiment, TrainingModule, nn, optim, run, tf, views } from '../../../src';
import type { ViewBatch } from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { csvLogger } from '../../../plugins/csv-logger';
import { dataParallel } from '../../../plugins/data-parallel';
import { progressBar } from '../../../plugins/progress-bar';
import { photoList } from './photo-list';

class Head extends nn.Module {
  readonly layers = new nn.Sequential(new nn.Linear(64, 64), new nn.ReLU(), new nn.Linear(64, 32));

  forward(features: tf.Tensor2D) {
    return this.layers.forward(features) as tf.Tensor2D;
  }
}

/** NT-Xent: the other view of an image is to be distinguished from the views of all others. */
function ntXent(a: tf.Tensor2D, b: tf.Tensor2D): tf.Scalar {
  const [images] = a.shape;
  const both = tf.concat2d([a, b], 0);
  const rows = tf.div<tf.Tensor2D>(both, tf.norm(both, 2, 1, true));
  const logits = tf.sub(tf.div(tf.matMul(rows, rows, false, true), 0.5), tf.mul(tf.eye(2 * images), 1e9));
  const [one, none] = [tf.eye(images), tf.zeros<tf.Rank.R2>([images, images])];
  const other = tf.concat2d([tf.concat2d([none, one], 1), tf.concat2d([one, none], 1)], 0);
  return tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(other, tf.logSoftmax(logits)), 1)));
}

@Experiment({
  name: 'my-photos',
  trainer: { maxEpochs: 2, logEveryNSteps: 1 },
  data: {
    dataset: photoList({ csv: 'photos/list.csv' }),
    batchSize: 8,
    transform: views.of(
      views.view({ size: 32, crop: { scale: [0.2, 1] }, flip: 0.5, jitter: { strength: 0.5 }, blur: 0.5 }),
      views.view({
        size: 32,
        crop: { scale: [0.2, 1] },
        flip: 0.5,
        jitter: { strength: 0.5 },
        solarize: 0.2,
      }),
    ),
  },
  plugins: [progressBar(), csvLogger(), checkpointing({ everyNSteps: 1, keepLast: 'all' }), dataParallel()],
})
export class MyPhotos extends TrainingModule<ViewBatch, 'loss'> {
  readonly backbone = nn.resnet18({ head: 'none', width: 8 });
  readonly head = new Head();

  forward(view: tf.Tensor4D) {
    return this.head.forward(this.backbone.forward(view));
  }

  override trainingStep({ views: [a, b] }: ViewBatch) {
    if (a === undefined || b === undefined) throw new Error('there are two views');
    const loss = ntXent(this.forward(a), this.forward(b));
    this.log('loss', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    return optim.adamw(this.parameters(), { learningRate: 1e-3 });
  }
}

if (require.main === module) void run(MyPhotos);
