import * as tf from '@tensorflow/tfjs-core';
import type { Optimizer } from '../../src/contracts';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import type { PointBatch } from '../trainer/fakes/points';
import { Validated } from './train-together';

const { cosine, linear } = optim.schedules;

/** Everything that schedules may move: a number of the loss, options of the optimiser, a layer that waits for an epoch. */
export class ScheduledRegression extends Validated {
  readonly updates = nn.buffer(tf.scalar(0));

  override trainingStep(batch: PointBatch): tf.Scalar {
    if (nn.beginsUpdate()) this.updates.assign(tf.add(this.updates, 1));
    const byEpoch = this.scheduled(cosine({ from: 0.5, to: 1, every: 'epoch' }));
    const byStep = this.scheduled(linear({ from: 1, to: 2 }));
    return tf.mul(super.trainingStep(batch), tf.mul(byEpoch, byStep));
  }

  override configureOptimizers(): Optimizer {
    return optim.sgd(
      optim.groups(this, [
        { match: optim.isBiasOrNorm, weightDecay: 0 },
        { match: 'head', frozenEpochs: 1 },
      ]),
      {
        learningRate: cosine({ from: 0.05, to: 0, warmupEpochs: 1 }),
        weightDecay: cosine({ from: 0.04, to: 0.4 }),
        momentum: linear({ from: 0.8, to: 0.9 }),
      },
    );
  }
}
