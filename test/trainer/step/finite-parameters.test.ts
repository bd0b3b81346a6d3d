import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer, TrainerInput } from '../../../src/contracts';
import { start } from '../../../src/engine';
import * as nn from '../../../src/nn';
import * as optim from '../../../src/optim';
import { TrainingModule } from '../../../src/trainer';
import { fit, messageOf, plugin } from '../fakes/fit';
import { Points } from '../fakes/points';
import type { PointBatch } from '../fakes/points';

beforeAll(async () => {
  await start();
});

/** A loss that leaves a NaN out, although its gradient does not: the wrong way to ignore some errors. */
class Ignoring extends TrainingModule<PointBatch> {
  readonly first = new nn.Linear(3, 4);
  readonly last = new nn.Linear(4, 2);

  forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.last.forward(this.first.forward(points));
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    const errors = tf.squaredDifference(this.forward(points), targets);
    return tf.mean<tf.Scalar>(tf.where(tf.isNaN(errors), tf.zerosLike(errors), errors));
  }

  override configureOptimizers(): Optimizer {
    return optim.sgd(this.parameters(), { learningRate: 0.1 });
  }
}

/** A stem whose NaN the pooling after it hides from everything behind. */
class Pooled extends TrainingModule<PointBatch> {
  readonly stem = new nn.Conv2d(1, 4, 3, { padding: 1 });
  readonly pool = new nn.MaxPool2d(2);
  readonly last = new nn.Linear(4, 2);

  forward(points: tf.Tensor2D): tf.Tensor2D {
    const images = tf.tile<tf.Tensor4D>(tf.reshape(points, [-1, 1, 3, 1]), [1, 4, 2, 1]);
    const maps = this.pool.forward(this.stem.forward(images));
    return this.last.forward(tf.relu(tf.max<tf.Tensor2D>(maps, [1, 2])));
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    return tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets));
  }

  override configureOptimizers(): Optimizer {
    return optim.sgd(this.parameters(), { learningRate: 0.01 });
  }
}

const why = 'The weights after such a step are useless, so training ends here.';

it.each<readonly [string, TrainerInput, string]>([
  ['compiled', {}, 'step 5 (epoch 1, batch 1)'],
  ['eager', { compile: false }, 'step 5 (epoch 1, batch 1)'],
  ['clipped by norm', { gradientClipVal: 1 }, 'step 5 (epoch 1, batch 1)'],
  ['clipped by value', { gradientClipVal: 1, gradientClipAlgorithm: 'value' }, 'step 5 (epoch 1, batch 1)'],
  ['in the first batch of an update', { accumulateGradBatches: 2 }, 'step 2 (epoch 1, batch 1)'],
  ['in bf16', { precision: 'bf16-mixed' }, 'step 5 (epoch 1, batch 1)'],
])('a gradient that is NaN although the loss is not ends training: %s', async (_, options, where) => {
  const spoiledBatch = options.accumulateGradBatches === undefined ? 5 : 4;
  const ended: number[] = [];
  let refusal = '';
  const { error } = await fit({
    module: new Ignoring(),
    data: new Points({ spoiledBatch }),
    options: { maxEpochs: 2, ...options },
    plugins: (trainer) => [
      plugin('witness', {
        onTrainBatchEnd: ({ progress }) => {
          ended.push(progress.globalStep);
        },
        onException: async () => {
          refusal = await trainer()
            .runState.capture()
            .then(() => '', messageOf);
        },
      }),
    ],
  });
  expect(messageOf(error)).toContain(
    `The parameter first.weight is NaN or infinite after the update in ${where}. ${why}`,
  );
  expect(refusal).toContain("The run's state is not saved: The parameter first.weight");
  expect(ended).toHaveLength(5);
});

it('a NaN in the first layer alone, which pooling hides, ends training', async () => {
  const module = new Pooled();
  const { weight } = module.stem;
  tf.tidy(() => weight.assign(tf.fill(weight.shape, NaN)));
  const { error } = await fit({ module, options: { maxEpochs: 1 } });
  expect(messageOf(error)).toMatch(/^The parameter stem\.weight is NaN/);
});

/** Parameters that look broken to a careless check: a frozen mask, and numbers whose sum overflows. */
class Extreme extends Pooled {
  readonly mask = nn.parameter(tf.fill([4], -Infinity), { trainable: false });
  readonly large = nn.parameter(tf.fill([100], 1e37));

  override trainingStep(batch: PointBatch): tf.Scalar {
    return tf.add(super.trainingStep(batch), tf.sum(tf.mul(this.large, 1e-38)));
  }
}

it.each([
  ['of usual size', () => new Pooled()],
  ['that are large, or frozen and infinite', () => new Extreme()],
])('parameters that are finite leave training as it is: %s', async (_, make) => {
  const { error, result } = await fit({ module: make(), options: { maxEpochs: 1 } });
  expect(error).toBeNull();
  expect(result?.progress.globalStep).toBe(4);
});

it('advises to look for the operation only if nothing does yet', async () => {
  const options = { maxEpochs: 2, detectAnomaly: true };
  const { error } = await fit({ data: new Points({ spoiledBatch: 5 }), module: new Ignoring(), options });
  expect(messageOf(error)).not.toContain('--trainer.detectAnomaly true');
});
