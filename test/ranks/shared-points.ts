import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource, Ranks } from '../../src/contracts';
import { Sampler } from '../../src/data';
import { shareOf } from '../../src/data/loader/share';
import { Points } from '../trainer/fakes/points';
import type { PointBatch, PointsOptions } from '../trainer/fakes/points';

/** Samples that are dealt one by one, as held-out data is: some ranks may get fewer, or none. */
export class DealtPoints implements BatchSource<PointBatch> {
  readonly samples: number;
  readonly batchesPerEpoch: number;
  readonly #order: Uint32Array;

  constructor(
    { rank, worldSize }: Ranks,
    private readonly options: { readonly samples: number; readonly batchSize: number },
  ) {
    const rule = { length: options.samples, rank, worldSize, dropLast: false, pad: false };
    const { samples, groupBatches } = shareOf({ ...rule, batchSize: options.batchSize });
    this.samples = samples;
    this.batchesPerEpoch = groupBatches;
    this.#order = new Sampler({ ...rule, shuffle: false, seed: 0 }).order(0);
  }

  async *epoch(
    _epoch: number,
    { startBatch = 0, limit = Infinity }: { startBatch?: number; limit?: number } = {},
  ): AsyncIterable<PointBatch> {
    const { samples, batchSize } = this.options;
    const whole = new Points({ batches: 1, batchSize: samples });
    for await (const { points, targets } of whole.epoch(0)) {
      for (let index = startBatch; index < startBatch + limit; index++) {
        const rows = this.#order.slice(index * batchSize, (index + 1) * batchSize);
        if (rows.length === 0) break;
        const own = tf.tensor1d(Int32Array.from(rows), 'int32');
        const batch = { points: tf.gather(points, own), targets: tf.gather(targets, own) };
        yield batch;
        tf.dispose([own, batch.points, batch.targets]);
      }
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A rank's share of each batch of points: every so many rows from its own number on, as the sampler deals them. */
export class SharedPoints implements BatchSource<PointBatch> {
  readonly samples: number;
  readonly #whole: Points;

  constructor(
    private readonly ranks: Ranks,
    options: PointsOptions,
  ) {
    this.#whole = new Points(options);
    this.samples = this.#whole.samples;
  }

  get batchesPerEpoch(): number {
    return this.#whole.batchesPerEpoch;
  }

  async *epoch(
    epoch: number,
    options: { startBatch?: number; limit?: number } = {},
  ): AsyncIterable<PointBatch> {
    const { rank, worldSize } = this.ranks;
    for await (const { points, targets } of this.#whole.epoch(epoch, options)) {
      const rows = Array.from({ length: points.shape[0] }, (_, row) => row).filter(
        (row) => row % worldSize === rank,
      );
      const own = tf.tensor1d(rows, 'int32');
      const batch = { points: tf.gather(points, own), targets: tf.gather(targets, own) };
      yield batch;
      tf.dispose([own, batch.points, batch.targets]);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
