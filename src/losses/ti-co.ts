import * as tf from '@tensorflow/tfjs-core';
import { offTape } from '../engine';
import { FulgurError, numbers, requireNumbers } from '../errors';
import { Module, buffer, exactMatMul, float32Barrier, isEvaluating, normalizeRows, ranks } from '../nn';
import type { Buffer } from '../nn';
import { requirePair, requireSeveral, requireWeights } from './require-pair';

/** Options of `TiCo`. */
export interface TiCoOptions {
  /** Features of a row. */
  readonly features: number;
  /** How much of the old covariance stays at a step (default 0.9). */
  readonly beta?: number;
  /** Weight of the covariance term (default 8). */
  readonly rho?: number;
  /** Take the covariance over the samples of all ranks (default `true`), or only this rank's, as lightly does by itself. */
  readonly gather?: boolean;
}

/**
 * TiCo's loss: 1 − cos(a, b) + rho · aᵀCa over the directions of the rows, the mean over samples. C is a moving average of
 * the second moments of `a`, and takes in the batch before it is used; in the evaluations of a trainer it stays as it is.
 *
 * `a` (the student's, which has the gradient of both terms) and `b` (the teacher's) are `[batch, features]`, row for row two
 * views of one sample. As lightly's `TiCoLoss`, but over the samples of all ranks.
 *
 * State dict: `covariance` `[features, features]`, zeros at first, the same on all ranks.
 *
 * Source: Zhu et al., "TiCo: transformation invariance and covariance contrast for self-supervised visual representation
 * learning" (2022), algorithm 1.
 */
export class TiCo extends Module {
  readonly covariance: Buffer<tf.Rank.R2>;
  readonly beta: number;
  readonly rho: number;
  readonly gather: boolean;

  constructor({ features, beta = 0.9, rho = 8, gather = true }: TiCoOptions) {
    super();
    requireNumbers('TiCo', { features }, numbers.count);
    requireNumbers('TiCo', { beta }, numbers.share);
    requireWeights('TiCo', { rho });
    this.covariance = buffer(tf.zeros<tf.Rank.R2>([features, features]), { ranks: gather ? 'same' : 'own' });
    this.beta = beta;
    this.rho = rho;
    this.gather = gather;
  }

  /** @throws FulgurError `module` where the shapes do not fit, or for one sample in all, which has no covariance. */
  forward(a: tf.Tensor2D, b: tf.Tensor2D): tf.Scalar {
    requirePair('TiCo', ['a', 'b'], a, b);
    const [features] = this.covariance.shape;
    if (a.shape[1] !== features) {
      throw new FulgurError('module', {
        what: `TiCo of ${features} features got a and b of shape [${a.shape.join(', ')}].`,
        fix: `Make it with features: ${a.shape[1]}.`,
      });
    }
    requireSeveral('TiCo', a, this.gather, 'Its features have no covariance.');
    return tf.tidy(() => {
      const [student, teacher] = [a, b].map((rows) => normalizeRows(float32Barrier(rows))) as [
        tf.Tensor2D,
        tf.Tensor2D,
      ];
      const covariance = offTape(() => {
        const kept = tf.mul(this.covariance, this.beta);
        return tf.add<tf.Tensor2D>(kept, tf.mul(this.secondMoments(student), 1 - this.beta));
      });
      if (!isEvaluating()) this.covariance.assign(covariance);
      const alike = tf.mean(tf.sum(tf.mul(student, teacher), 1));
      const contrast = tf.mean(tf.sum(tf.mul(exactMatMul(student, covariance), student), 1));
      return tf.add<tf.Scalar>(tf.sub(1, alike), tf.mul(contrast, this.rho));
    });
  }

  /** The mean over samples of rowᵀ · row, exchanged in the form that has fewer numbers. */
  private secondMoments(rows: tf.Tensor2D): tf.Tensor2D {
    const worldSize = this.gather ? ranks.worldSize : 1;
    const [batch, features] = rows.shape;
    const whole = worldSize > 1 && batch * worldSize < features;
    const used = whole ? ranks.allGather(rows) : rows;
    const own = tf.div<tf.Tensor2D>(exactMatMul(used, used, true, false), used.shape[0]);
    return whole || worldSize === 1 ? own : ranks.allReduce(own, 'mean');
  }
}
