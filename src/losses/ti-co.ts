import * as tf from '@tensorflow/tfjs-core';
import { offTape } from '../engine';
import { FulgurError, numbers, requireNumbers } from '../errors';
import { Module, buffer, exactMatMul, float32Barrier, isEvaluating, normalizeRows, ranks } from '../nn';
import type { Buffer } from '../nn';
import { requirePair, requireSeveral, requireWeights } from './require-pair';

/** Options of `TiCo`. */
export interface TiCoOptions {
  /** The number of features in a row. */
  readonly features: number;
  /** The fraction of the old covariance that is kept at a step (default 0.9). */
  readonly beta?: number;
  /** The weight of the covariance term (default 8). */
  readonly rho?: number;
  /**
   * Compute the covariance over the samples of all ranks (default `true`), or only over this rank's, as lightly does by
   * default.
   */
  readonly gather?: boolean;
}

/**
 * TiCo's loss: 1 − cos(a, b) + rho · aᵀCa for normalised rows, the mean over samples. C is a moving average of the
 * second moments of `a`, and is updated with the batch before it is used; in the evaluations of a trainer it does not
 * change.
 *
 * `a` (the student's, which has the gradient of both terms) and `b` (the teacher's) are `[batch, features]`, whose
 * corresponding rows are two views of one sample. Matches lightly's `TiCoLoss`, but over the samples of all ranks.
 *
 * State dict: `covariance` `[features, features]`, initially zeros, the same on all ranks.
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

  /**
   * @throws FulgurError `module` if the shapes do not fit, or if all ranks together have one sample, which has no
   *   covariance.
   */
  forward(a: tf.Tensor2D, b: tf.Tensor2D): tf.Scalar {
    requirePair('TiCo', ['a', 'b'], a, b);
    const [features] = this.covariance.shape;
    if (a.shape[1] !== features) {
      throw new FulgurError('module', {
        what: `TiCo of ${features} features got a and b of shape [${a.shape.join(', ')}].`,
        fix: `Create it with features: ${a.shape[1]}.`,
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

  /** Returns the mean over samples of rowᵀ · row, exchanged in whichever form has fewer numbers. */
  private secondMoments(rows: tf.Tensor2D): tf.Tensor2D {
    const worldSize = this.gather ? ranks.worldSize : 1;
    const [batch, features] = rows.shape;
    const whole = worldSize > 1 && batch * worldSize < features;
    const used = whole ? ranks.allGather(rows) : rows;
    const own = tf.div<tf.Tensor2D>(exactMatMul(used, used, true, false), used.shape[0]);
    return whole || worldSize === 1 ? own : ranks.allReduce(own, 'mean');
  }
}
