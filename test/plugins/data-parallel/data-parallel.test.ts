import * as tf from '@tensorflow/tfjs-core';
import { averageGradients, dataParallel } from '../../../plugins/data-parallel';
import { bucketsOf } from '../../../plugins/data-parallel/exchanges';
import { shareOutputs } from '../../../plugins/data-parallel/exchanges';
import type { LoggedValue } from '../../../src/contracts';
import { start } from '../../../src/engine';
import { SingleDevice } from '../../../src/strategy';
import { FakeRanks } from '../../ranks/fake-ranks';

beforeAll(async () => {
  await start();
});

const gradient = (name: string, size: number) => [name, tf.range(0, size)] as const;

describe('buckets of gradients', () => {
  const names = (sizes: readonly number[], bytes: number) =>
    bucketsOf(
      sizes.map((size, index) => gradient(String(index), size)),
      bytes,
    ).map((bucket) => bucket.map(([name]) => Number(name)));

  it('are as full as they may be, in order', () => {
    expect(names([2, 2, 2], 16)).toEqual([[0, 1], [2]]);
    expect(names([4, 1, 3, 1], 16)).toEqual([[0], [1, 2], [3]]);
  });

  it('hold one gradient alone if it is too large', () => {
    expect(names([1, 9, 1], 16)).toEqual([[0], [1], [2]]);
    expect(names([9], 16)).toEqual([[0]]);
    expect(names([], 16)).toEqual([]);
  });
});

describe('averageGradients', () => {
  it('gives every gradient its name, place and shape, with one exchange per bucket', () => {
    const ranks = new FakeRanks(2);
    const gradients = new Map<string, tf.Tensor>([
      ['a', tf.tensor2d([1, 2, 3, 4], [2, 2])],
      ['b', tf.tensor1d([5])],
      ['c', tf.tensor3d([6, 7], [1, 2, 1])],
    ]);
    const means = averageGradients(ranks, gradients, 12);
    expect([...means].map(([name, mean]) => [name, mean.shape, [...mean.dataSync()]])).toEqual([
      ['a', [2, 2], [1, 2, 3, 4]],
      ['b', [1], [5]],
      ['c', [1, 2, 1], [6, 7]],
    ]);
    expect(ranks.exchanges).toBe(2);
  });

  it('leaves them unchanged on one rank', () => {
    const gradients = new Map([gradient('a', 2)]);
    expect(averageGradients(new FakeRanks(1), gradients, 12)).toBe(gradients);
  });
});

describe('shareOutputs', () => {
  const logged = (
    name: string,
    value: number,
    reduce: 'mean' | 'min' | 'max' | 'sum',
  ): LoggedValue<tf.Scalar> => ({
    name,
    value: tf.scalar(value),
    options: { onStep: true, onEpoch: true, progBar: false, logger: true, reduce },
  });

  it('combines loss and values of all ranks in one exchange, and leaves sums for the end of the epoch', () => {
    const ranks = new FakeRanks(2, 1);
    // Rank 0 gives zeros here: its row stays empty, and the other one comes twice.
    const outputs = shareOutputs(ranks, {
      loss: tf.scalar(3),
      logged: [
        logged('mean', 1, 'mean'),
        logged('low', 5, 'min'),
        logged('high', 7, 'max'),
        logged('all', 4, 'sum'),
      ],
    });
    expect(outputs.loss.dataSync()[0]).toBe(3);
    expect(outputs.logged.map(({ name, value }) => [name, value.dataSync()[0]])).toEqual([
      ['mean', 1],
      ['low', 0],
      ['high', 14],
      ['all', 4],
    ]);
    expect(ranks.exchanges).toBe(1);
  });
});

describe('dataParallel()', () => {
  it('rejects options that it does not have', () => {
    expect(dataParallel({ bucketMiB: 0 }).problems).toHaveLength(1);
    expect(dataParallel({ buckets: 1 } as never).problems).toEqual([
      'dataParallel(): unknown option buckets.',
    ]);
    expect(dataParallel().problems).toEqual([]);
  });

  it('replaces the single device', () => {
    expect(dataParallel().provides.map(({ description }) => description)).toEqual(['strategy']);
    expect(new SingleDevice().ranksDiffer).toBe(false);
  });
});
