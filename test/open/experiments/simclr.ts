/** SimCLR (Chen et al. 2020), loss and head included, in one file of one's own. */
import { Experiment, HyperParameter, TrainingModule, nn, optim, run, tf, views } from '../../../src';
import type { ViewBatch } from '../../../src';
import { csvLogger } from '../../../plugins/csv-logger';

/** Two linear layers with batch norm: lightly's `SimCLRProjectionHead`, under its names. */
class SimClrHead extends nn.Module {
  readonly layers: nn.Sequential;

  constructor(inFeatures: number, hidden: number, outFeatures: number) {
    super();
    this.layers = new nn.Sequential(
      new nn.Linear(inFeatures, hidden, { bias: false }),
      new nn.BatchNorm1d(hidden),
      new nn.ReLU(),
      new nn.Linear(hidden, outFeatures, { bias: false }),
      new nn.BatchNorm1d(outFeatures),
    );
  }

  forward(features: tf.Tensor2D) {
    return this.layers.forward(features) as tf.Tensor2D;
  }
}

/** Rows of length 1. */
function units(rows: tf.Tensor2D): tf.Tensor2D {
  return tf.div(rows, tf.norm(rows, 2, 1, true));
}

/** NT-Xent (equation 1 of the paper): the other view of an image is to be distinguished from the views of all others. */
function ntXent(a: tf.Tensor2D, b: tf.Tensor2D, temperature: number): tf.Scalar {
  const [images] = a.shape;
  const rows = tf.concat2d([units(a), units(b)], 0);
  const itself = tf.mul(tf.eye(2 * images), 1e9);
  const logits = tf.sub(tf.div(tf.matMul(rows, rows, false, true), temperature), itself);
  const [one, none] = [tf.eye(images), tf.zeros<tf.Rank.R2>([images, images])];
  const other = tf.concat2d([tf.concat2d([none, one], 1), tf.concat2d([one, none], 1)], 0);
  return tf.neg(tf.mean<tf.Scalar>(tf.sum(tf.mul(other, tf.logSoftmax(logits)), 1)));
}

@Experiment({
  name: 'simclr',
  trainer: { maxEpochs: 1, logEveryNSteps: 1, enableProgressBar: false },
  data: {
    name: 'digits',
    batchSize: 32,
    transform: views.of(
      views.view({ size: 32, crop: { scale: [0.4, 1] }, jitter: { strength: 0.5 }, grayscale: 0.2 }),
      views.view({ size: 32, crop: { scale: [0.4, 1] }, blur: 0.5 }),
    ),
  },
  plugins: [csvLogger()],
})
export class SimClr extends TrainingModule<ViewBatch, 'loss'> {
  @HyperParameter({ min: 0 }) lr = 0.06;
  @HyperParameter({ min: 0, max: 1 }) momentum = 0.9;
  @HyperParameter({ min: 0 }) weightDecay = 5e-4;
  @HyperParameter({ min: 0 }) temperature = 0.5;

  readonly backbone = nn.resnet18({ head: 'none' });
  readonly projectionHead = new SimClrHead(512, 512, 128);

  forward(view: tf.Tensor4D) {
    return this.projectionHead.forward(this.backbone.forward(view));
  }

  override trainingStep(batch: ViewBatch) {
    const [a, b] = nn.viewsOf(batch, 2);
    const loss = ntXent(this.forward(a), this.forward(b), this.temperature);
    this.log('loss', loss, { progBar: true });
    return loss;
  }

  override configureOptimizers() {
    const { lr: learningRate, momentum, weightDecay } = this;
    return optim.sgd(this.parameters(), { learningRate, momentum, weightDecay });
  }
}

if (require.main === module) void run(SimClr);
