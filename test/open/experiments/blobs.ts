/** Points of two clouds, told apart by a small net: batches of one's own, as a user writes them in one file. */
import {
  Experiment,
  HyperParameter,
  TrainingModule,
  defineBatches,
  nn,
  optim,
  run,
  tensorBatches,
  tf,
  z,
} from '../../../src';
import { checkpointing } from '../../../plugins/checkpointing';
import { csvLogger } from '../../../plugins/csv-logger';
import { dataParallel } from '../../../plugins/data-parallel';

interface PointBatch {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor1D;
}

/** Clouds around (-1, 0) and (1, 0), in turns. */
function clouds(samples: number, spread: number, seed: number): PointBatch {
  const y = tf.tensor1d(
    Array.from({ length: samples }, (_, index) => index % 2),
    'int32',
  );
  const x = tf.tidy(() => {
    const centre = tf.sub(tf.mul(tf.cast(y, 'float32'), 2), 1);
    const noise = tf.randomNormal<tf.Rank.R2>([samples, 2], 0, spread, 'float32', seed);
    return tf.add<tf.Tensor2D>(noise, tf.stack([centre, tf.zerosLike(centre)], 1));
  });
  return { x, y };
}

export const blobs = defineBatches({
  name: 'blobs',
  options: z.strictObject({ samples: z.int().positive(), spread: z.number().default(0.5) }),
  open({ samples, spread }, scope) {
    if (scope.path !== null) scope.onMessage('info', `Points are not read from ${scope.path}.`);
    return {
      train: tensorBatches(clouds(samples, spread, 1), scope),
      heldOut: (_, held) => tensorBatches(clouds(22, spread, 2), held),
    };
  },
});

@Experiment({
  name: 'blobs',
  trainer: { maxEpochs: 2, enableProgressBar: false, logEveryNSteps: 1 },
  data: { batches: blobs({ samples: 70 }), batchSize: 8, dropLast: false },
  plugins: [csvLogger(), checkpointing({ everyNSteps: 1, keepLast: 'all' }), dataParallel()],
})
export class Blobs extends TrainingModule<PointBatch, 'loss' | 'val_loss' | 'test_loss'> {
  @HyperParameter({ min: 0 }) lr = 0.1;

  readonly hidden = new nn.Linear(2, 8);
  readonly logits = new nn.Linear(8, 2);

  forward(x: tf.Tensor2D) {
    return this.logits.forward(tf.relu(this.hidden.forward(x)));
  }

  loss({ x, y }: PointBatch): tf.Scalar {
    return tf.losses.softmaxCrossEntropy(tf.oneHot(y, 2), this.forward(x)).asScalar();
  }

  override trainingStep(batch: PointBatch) {
    const loss = this.loss(batch);
    this.log('loss', loss);
    return loss;
  }

  override validationStep(batch: PointBatch) {
    this.log('val_loss', this.loss(batch));
  }

  override testStep(batch: PointBatch) {
    this.log('test_loss', this.loss(batch));
  }

  override predictStep({ x }: PointBatch) {
    return { probability: tf.softmax(this.forward(x)) };
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: this.lr, momentum: 0.9 });
  }
}

if (require.main === module) void run(Blobs);
