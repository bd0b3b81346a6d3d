import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource, Ranks } from '../../src/contracts';
import { Points } from '../trainer/fakes/points';
import type { PointBatch, PointsOptions } from '../trainer/fakes/points';

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
