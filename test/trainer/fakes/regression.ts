import * as tf from '@tensorflow/tfjs-core';
import type { LogOptions, Optimizer } from '../../../src/contracts';
import * as nn from '../../../src/nn';
import { TrainingModule } from '../../../src/trainer';
import { Momentum } from './momentum';
import type { PointBatch } from './points';

/** A tiny real model with running statistics: a linear layer, batch norm, a linear layer. */
export class Regression extends TrainingModule<PointBatch> {
  readonly backbone = new nn.Linear(3, 4);
  readonly norm = new nn.BatchNorm1d(4);
  readonly head = new nn.Linear(4, 2);

  constructor(protected readonly logOptions: LogOptions = { onStep: true, onEpoch: true, progBar: true }) {
    super();
  }

  forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.head.forward(tf.relu(this.norm.forward(this.backbone.forward(points))));
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    const loss = tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets));
    this.log('train_loss', loss, this.logOptions);
    return loss;
  }

  override configureOptimizers(): Optimizer | readonly Optimizer[] {
    return new Momentum(this.parameters());
  }
}
