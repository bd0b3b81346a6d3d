import * as tf from '@tensorflow/tfjs-core';
import { nextInitialisationStream, offTape, runOp } from '../engine';
import { FulgurError, numbers, requireNumbers, valueKind } from '../errors';
import { exactMatMul } from './exact';
import { isEvaluating } from './evaluating';
import { Module } from './module';
import { buffer } from './parameter';
import type { Buffer } from './parameter';
import { ranks } from './ranks';

/** Options of `FeatureQueue`. */
export interface FeatureQueueOptions {
  /** The number of rows. */
  readonly size: number;
  /** The number of features in a row. */
  readonly features: number;
  /** Take the keys of all ranks (default `true`); otherwise each rank fills its own queue. */
  readonly gather?: boolean;
}

/**
 * A ring buffer of the newest features, such as a teacher's keys: the negatives of MoCo, the neighbours of NNCLR. It
 * starts with random rows of length 1, and is filled inside the step with the rows of all ranks, in the order of the
 * samples. A batch that reaches the end is cut off there, and the next one starts at the beginning, as in lightly's
 * `MemoryBankModule`.
 *
 * State dict: `bank` `[size, features]` and `bank_ptr` `[1]`, the row to be written next. Ranks that train as one have
 * the same rows; under local SGD, and with `gather: false`, each rank has its own. Rows are data: no plugin averages
 * them.
 *
 * Source: He et al., "Momentum contrast for unsupervised visual representation learning" (2020), section 3.2.
 *
 * @example
 * readonly queue = new nn.FeatureQueue({ size: 4096, features: 128 });
 * // in trainingStep: read first, then push
 * const loss = losses.ntXentAgainst(queries, keys, this.queue.values(), { temperature: 0.1 });
 * this.queue.push(keys);
 */
export class FeatureQueue extends Module {
  readonly size: number;
  readonly features: number;
  readonly gather: boolean;
  readonly bank: Buffer<tf.Rank.R2>;
  readonly bankPtr: Buffer<tf.Rank.R1>;

  /** @throws FulgurError `module` if size or features is not a whole number of 1 or more. */
  constructor({ size, features, gather = true }: FeatureQueueOptions) {
    super();
    requireNumbers('FeatureQueue', { size, features }, numbers.count, { kind: 'module' });
    this.size = size;
    this.features = features;
    this.gather = gather;
    const rule = { ranks: gather ? 'gathered' : 'own' } as const;
    this.bank = buffer(randomUnitRows(size, features), rule);
    this.bankPtr = buffer(tf.tensor1d([0], 'int32'), { storedAs: 'I64', ...rule });
  }

  /** Returns the current rows, `[size, features]`, without a gradient; a later `push` does not change them. */
  values(): tf.Tensor2D {
    return offTape(() => tf.clone<tf.Tensor2D>(this.bank));
  }

  /** Does the same as `values()`. */
  forward(): tf.Tensor2D {
    return this.values();
  }

  /**
   * Returns, for each of these rows, the row of the queue with the largest cosine similarity, `[batch, features]`,
   * unchanged and without a gradient.
   *
   * Source: Dwibedi et al., "With a little help from my friends" (2021), equation 2; matches lightly's
   * `NNMemoryBankModule`.
   *
   * @param rows `[batch, features]`
   * @throws FulgurError `module` for another shape.
   */
  nearest(rows: tf.Tensor2D): tf.Tensor2D {
    this.requireRows('rows', rows);
    return offTape(() =>
      tf.tidy(() => {
        const lengths = tf.maximum(tf.norm(this.bank, 2, 1, true), 1e-12);
        // The length of a row in the batch does not affect which cosine is the largest.
        const cosines = exactMatMul(rows, tf.div<tf.Tensor2D>(this.bank, lengths), false, true);
        return tf.gather<tf.Tensor2D>(this.bank, tf.argMax<tf.Tensor1D>(cosines, 1));
      }),
    );
  }

  /**
   * Overwrites the oldest rows with keys, without a gradient: those of all ranks, unless `gather` is `false`. In the
   * evaluations of a trainer it does nothing.
   *
   * @param keys `[batch, features]` of this rank.
   * @throws FulgurError `module` for another shape.
   */
  push(keys: tf.Tensor2D): void {
    this.requireRows('keys', keys);
    if (isEvaluating()) return;
    offTape(() => {
      tf.tidy(() => {
        this.write(this.gather ? ranks.allGather(keys) : keys);
      });
    });
  }

  private requireRows(name: string, rows: tf.Tensor): void {
    const isTensor = rows instanceof tf.Tensor;
    if (isTensor && rows.shape.length === 2 && rows.shape[1] === this.features) return;
    const got = isTensor ? `${name} of shape [${rows.shape.join(', ')}]` : `${valueKind(rows)} as ${name}`;
    throw new FulgurError('module', {
      what: `FeatureQueue(${this.size}, ${this.features}) got ${got}.`,
      why: `It takes [batch, ${this.features}].`,
      fix: `Set features of the queue to the width of the ${name}.`,
    });
  }

  private write(rows: tf.Tensor2D): void {
    const { size } = this;
    const [batch] = rows.shape;
    const end = tf.sub(tf.scalar(size - 1, 'int32'), this.bankPtr);
    // Beyond the end, the last row that fits is written again: the same values in the same place.
    const kept = tf.minimum<tf.Tensor1D>(tf.range(0, batch, 1, 'int32'), end);
    const places = tf.reshape(tf.add(this.bankPtr, kept), [batch, 1]);
    const [bank] = runOp(
      'TensorScatterUpdate',
      { T: { type: 'type', value: 'float32' }, Tindices: { type: 'type', value: 'int32' } },
      [this.bank, places, tf.gather(rows, kept)],
      1,
    );
    const next = tf.add<tf.Tensor1D>(this.bankPtr, tf.scalar(batch, 'int32'));
    const reachesEnd = tf.greaterEqual(next, tf.scalar(size, 'int32'));
    this.bank.assign(bank as tf.Tensor2D);
    this.bankPtr.assign(tf.where(reachesEnd, tf.zerosLike(next), next));
  }
}

/** Returns rows in random directions: normal draws, divided by their lengths. */
function randomUnitRows(size: number, features: number): tf.Tensor2D {
  const values = new Float32Array(size * features);
  nextInitialisationStream().fillNormal(values, 1);
  for (let row = 0; row < size; row++) {
    const own = values.subarray(row * features, (row + 1) * features);
    const length = Math.sqrt(own.reduce((sum, value) => sum + value * value, 0));
    own.forEach((value, index) => (own[index] = value / Math.max(length, 1e-12)));
  }
  return tf.tensor2d(values, [size, features]);
}
