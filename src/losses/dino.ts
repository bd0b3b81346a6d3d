import * as tf from '@tensorflow/tfjs-core';
import { offTape } from '../engine';
import { FulgurError, counted, numbers, requireNumbers } from '../errors';
import { Module, buffer, float32Barrier, isEvaluating, ranks } from '../nn';
import type { Buffer } from '../nn';
import { softCrossEntropy } from './cross-entropy';
import { requirePositive } from './require-pair';
import { requireViews } from './require-views';

/** Options of `losses.Dino`. */
export interface DinoLossOptions {
  /** The number of features in the outputs of the heads (default 65536). */
  readonly outFeatures?: number;
  /** The temperature of the teacher if a call gives none (default 0.04). */
  readonly teacherTemp?: number;
  /** The temperature of the student (default 0.1). */
  readonly studentTemp?: number;
  /** The fraction of the old centre that is kept at a step (default 0.9). */
  readonly centerMomentum?: number;
}

/**
 * DINO's loss: the cross-entropy between the teacher's and the student's softmax, the mean over samples and over pairs
 * of different views. The teacher's outputs are taken relative to their centre, a moving average over the samples of
 * all ranks, which is updated with the batch after it is used; in the evaluations of a trainer it does not change.
 *
 * Views are `[batch, outFeatures]` each; teacher view v and student view v are the same. Gradients flow to the
 * student's. Matches lightly's `DINOLoss`; for a warm-up of the teacher's temperature pass `teacherTemp:
 * this.scheduled(...)` to each call.
 *
 * State dict: `center` `[1, 1, outFeatures]`, initially zeros, the same on all ranks.
 *
 * Source: Caron et al., "Emerging properties in self-supervised vision transformers" (2021), algorithm 1.
 */
export class Dino extends Module {
  readonly center: Buffer<tf.Rank.R3>;
  readonly teacherTemp: number;
  readonly studentTemp: number;
  readonly centerMomentum: number;

  constructor({
    outFeatures = 65536,
    teacherTemp = 0.04,
    studentTemp = 0.1,
    centerMomentum = 0.9,
  }: DinoLossOptions = {}) {
    super();
    requirePositive('Dino', { teacherTemp, studentTemp });
    requireNumbers('Dino', { outFeatures }, numbers.count);
    requireNumbers('Dino', { centerMomentum }, numbers.share);
    this.center = buffer(tf.zeros<tf.Rank.R3>([1, 1, outFeatures]));
    this.teacherTemp = teacherTemp;
    this.studentTemp = studentTemp;
    this.centerMomentum = centerMomentum;
  }

  /**
   * @param teacher views of the teacher, `[batch, outFeatures]` each.
   * @param student views of the student, in the same order; more of them may follow.
   * @param options `teacherTemp`: the teacher's temperature in this call.
   * @throws FulgurError `module` if the shapes do not fit, or there is no pair of different views.
   */
  forward(
    teacher: readonly tf.Tensor2D[],
    student: readonly tf.Tensor2D[],
    { teacherTemp = this.teacherTemp }: { readonly teacherTemp?: number | tf.Scalar } = {},
  ): tf.Scalar {
    const outFeatures = this.center.size;
    requireViews(
      'Dino',
      { "the teacher's views": teacher, "the student's views": student },
      `[batch, ${outFeatures}]`,
    );
    const pairs = teacher.length * student.length - Math.min(teacher.length, student.length);
    const [first] = teacher;
    if (pairs === 0 || first === undefined) {
      throw new FulgurError('module', {
        what: `Dino got ${counted(teacher.length, 'view')} of the teacher and ${student.length} of the student.`,
        why: 'A view is not compared with itself.',
        fix: 'Pass two or more views to one of them, and at least one to the other.',
      });
    }
    if (first.shape[1] !== outFeatures) {
      throw new FulgurError('module', {
        what: `Dino of ${outFeatures} features got views of shape [${first.shape.join(', ')}].`,
        fix: `Create it with outFeatures: ${first.shape[1]}.`,
      });
    }
    requirePositive('Dino', { teacherTemp });
    return tf.tidy(() => {
      const outputs = teacher.map(float32Barrier);
      const targets = offTape(() => {
        const center = tf.reshape(this.center, [1, outFeatures]);
        return outputs.map((view) => tf.softmax(tf.div<tf.Tensor2D>(tf.sub(view, center), teacherTemp)));
      });
      const terms = student.flatMap((view, s) => {
        const others = targets.filter((_, t) => t !== s);
        if (others.length === 0) return [];
        const logits = tf.div<tf.Tensor2D>(float32Barrier(view), this.studentTemp);
        return [
          tf.mean<tf.Scalar>(
            softCrossEntropy(
              logits,
              offTape(() => tf.addN(others)),
            ),
          ),
        ];
      });
      if (!isEvaluating()) this.moveCenter(outputs);
      return tf.div<tf.Scalar>(tf.addN(terms), pairs);
    });
  }

  private moveCenter(outputs: readonly tf.Tensor2D[]): void {
    offTape(() => {
      const own = tf.div(tf.addN(outputs.map((view) => tf.mean(view, 0))), outputs.length);
      const mean = tf.reshape(ranks.allReduce(own, 'mean'), this.center.shape);
      const { centerMomentum } = this;
      this.center.assign(tf.add(tf.mul(this.center, centerMomentum), tf.mul(mean, 1 - centerMomentum)));
    });
  }
}
