import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource } from '../../../src/contracts';
import { RandomStream } from '../../../src/engine';

export interface PointBatch {
  readonly points: tf.Tensor2D;
  readonly targets: tf.Tensor2D;
}

export interface PointsOptions {
  readonly batches?: number;
  readonly batchSize?: number;
  /** Samples in the last batch of each epoch. */
  readonly lastBatchSize?: number;
  /** Batches that are really given, where that is to differ. */
  readonly given?: number;
  /** Makes the targets of this global batch number (epoch * batches + index) not a number. */
  readonly spoiledBatch?: number;
}

/** In-memory data of three features and two targets; every batch is a pure function of epoch and index, as real data is. */
export class Points implements BatchSource<PointBatch> {
  readonly batchesPerEpoch: number;
  readonly samples: number;
  readonly asked: { epoch: number; startBatch: number; limit: number | null }[] = [];
  open = 0;
  readonly #options: PointsOptions;

  constructor(options: PointsOptions = {}) {
    this.#options = options;
    this.batchesPerEpoch = options.batches ?? 4;
    this.samples = this.batchesPerEpoch * (options.batchSize ?? 4);
  }

  async *epoch(
    epoch: number,
    options: { startBatch?: number; limit?: number } = {},
  ): AsyncIterable<PointBatch> {
    const {
      batchSize = 4,
      lastBatchSize = batchSize,
      given = this.batchesPerEpoch,
      spoiledBatch,
    } = this.#options;
    const { startBatch = 0, limit } = options;
    const end = Math.min(given, startBatch + (limit ?? Infinity));
    this.asked.push({ epoch, startBatch, limit: limit ?? null });
    this.open += 1;
    let current: PointBatch | null = null;
    try {
      for (let index = startBatch; index < end; index++) {
        const size = index === this.batchesPerEpoch - 1 ? lastBatchSize : batchSize;
        const number = epoch * this.batchesPerEpoch + index;
        const stream = new RandomStream(7, 'shuffle', [number]);
        const values = Float32Array.from({ length: size * 3 }, () => stream.normal());
        const targets = Float32Array.from({ length: size * 2 }, (_, index) => {
          const [x = 0, y = 0, z = 0] = values.subarray(3 * (index >> 1));
          if (number === spoiledBatch) return NaN;
          return index % 2 === 0 ? x + y : z - x;
        });
        if (current !== null) tf.dispose({ ...current });
        current = { points: tf.tensor2d(values, [size, 3]), targets: tf.tensor2d(targets, [size, 2]) };
        yield current;
      }
    } finally {
      this.open -= 1;
      if (current !== null) tf.dispose({ ...current });
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
