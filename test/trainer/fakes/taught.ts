import * as tf from '@tensorflow/tfjs-core';
import * as nn from '../../../src/nn';
import type { PointBatch } from './points';
import { Regression } from './regression';

export const MOMENTUM = 0.75;

/** Regression with a teacher of its first layers, and a queue of the teacher's features; all of it counts in the loss. */
export class Taught extends Regression {
  readonly backboneMomentum = nn.teacherOf(this.backbone);
  readonly normMomentum = nn.teacherOf(this.norm);
  readonly queue = new nn.FeatureQueue({ size: 26, features: 4 });

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    this.backboneMomentum.follow(MOMENTUM);
    this.normMomentum.follow(MOMENTUM);
    const keys = this.normMomentum.forward(this.backboneMomentum.forward(points));
    const features = this.norm.forward(this.backbone.forward(points));
    const similar = tf.matMul(features, this.queue.values(), false, true);
    const loss = nn.meanOf([
      tf.mean<tf.Scalar>(tf.squaredDifference(this.head.forward(tf.relu(features)), targets)),
      tf.mean<tf.Scalar>(tf.squaredDifference(features, keys)),
      tf.mean<tf.Scalar>(tf.square(similar)),
    ]);
    this.queue.push(keys);
    this.log('train_loss', loss, this.logOptions);
    return loss;
  }

  /** As a user may write it: what the training step does must not change the model here. */
  override validationStep({ points, targets }: PointBatch): void {
    this.backboneMomentum.follow(MOMENTUM);
    this.queue.push(this.normMomentum.forward(this.backboneMomentum.forward(points)));
    this.log('val_loss', tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets)));
    this.log('val_samples', tf.scalar(points.shape[0]), { reduce: 'sum' });
  }
}
