import * as tf from '@tensorflow/tfjs-core';
import { isEvaluating } from '../evaluating';
import { exactMatMul, float32Barrier } from '../exact';
import { stopGradient } from '../gradients';
import { Linear } from '../layers';
import { FulgurError, valueKind } from '../../errors';
import { Module } from '../module';
import { requireShape } from '../require-shape';
import { requireSizes } from '../require-sizes';
import { BYOLProjectionHead } from './byol';

/**
 * A linear layer with batch norm and ReLU, and a linear layer: the layers of BYOL's head with SwaV's widths.
 *
 * Source: Caron et al., "Unsupervised learning of visual features by contrasting cluster assignments" (2020); names,
 * layers and defaults as in lightly.
 */
export class SwaVProjectionHead extends BYOLProjectionHead {
  constructor(inFeatures = 2048, hiddenFeatures = 2048, outFeatures = 128) {
    super(inFeatures, hiddenFeatures, outFeatures);
  }
}

/** The smallest length by which prototypes are divided, as in PyTorch's `normalize`. */
const SHORTEST = 1e-12;

/** Logits of one set of prototypes, or of several. */
export type PrototypeLogits<N extends number | readonly number[]> = N extends number
  ? tf.Tensor2D
  : tf.Tensor2D[];

/**
 * Scores features against each prototype: unit rows `[batch, inFeatures]` to logits `[batch, prototypes]`; several
 * numbers of prototypes give a list of logits. Names and defaults as in lightly: one linear layer `heads.N` per set,
 * with its bias. The products are similarities, and stay float32 under `bf16-mixed`.
 *
 * Source: Caron et al., "Unsupervised learning of visual features by contrasting cluster assignments" (2020).
 */
export class SwaVPrototypes<N extends number | readonly number[] = number> extends Module {
  readonly heads: readonly Linear[];
  readonly isSingle: boolean;

  constructor(inFeatures = 128, prototypes: N = 3000 as N) {
    super();
    requireSizes('SwaVPrototypes', { inFeatures });
    requirePrototypes(prototypes);
    this.isSingle = typeof prototypes === 'number';
    const all: readonly number[] = typeof prototypes === 'number' ? [prototypes] : prototypes;
    this.heads = all.map((outFeatures) => new Linear(inFeatures, outFeatures));
  }

  forward(x: tf.Tensor2D): PrototypeLogits<N> {
    const logits = this.heads.map((head) => similarities(x, head));
    return (this.isSingle ? logits[0] : logits) as PrototypeLogits<N>;
  }

  /**
   * Normalises every prototype to length 1, except one of zeros, which stays: call it inside the step, before
   * `forward`. In the evaluations of a trainer it does nothing.
   */
  normalize(): void {
    if (isEvaluating()) return;
    tf.tidy(() => {
      for (const { weight } of this.heads) {
        const rows = stopGradient(weight); // a column is a prototype
        weight.assign(tf.div(rows, tf.maximum(tf.norm(rows, 2, 0, true), SHORTEST)));
      }
    });
  }
}

function similarities(x: tf.Tensor2D, { weight, bias }: Linear): tf.Tensor2D {
  requireShape('SwaVPrototypes', x, 2, weight.shape[0]);
  return tf.tidy(() => {
    const products = exactMatMul<tf.Tensor2D>(float32Barrier(x), weight);
    return bias === null ? products : tf.add(products, bias);
  });
}

function requirePrototypes(prototypes: unknown): void {
  if (typeof prototypes === 'number') {
    requireSizes('SwaVPrototypes', { prototypes });
    return;
  }
  if (Array.isArray(prototypes) && prototypes.length > 0) {
    prototypes.forEach((each: unknown, index) =>
      requireSizes('SwaVPrototypes', { [`prototypes[${index}]`]: each }),
    );
    return;
  }
  throw new FulgurError('module', {
    what: `SwaVPrototypes got prototypes ${Array.isArray(prototypes) ? 'as an empty list' : valueKind(prototypes)}.`,
    fix: 'Use a whole number of 1 or more, or a list of such numbers.',
  });
}
