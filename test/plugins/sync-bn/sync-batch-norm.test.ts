import * as tf from '@tensorflow/tfjs-core';
import { SyncBatchNorm } from '../../../plugins/sync-bn';
import type { BatchStatistics, NormalizationInput } from '../../../src/contracts';
import { start } from '../../../src/engine';
import { localBatchStatistics, withBatchStatistics } from '../../../src/nn';
import * as nn from '../../../src/nn';
import { FakeRanks } from '../../ranks/fake-ranks';

beforeAll(async () => {
  await start();
});

const values = (size: number, offset: number): Float32Array =>
  Float32Array.from({ length: size }, (_, index) => offset + Math.sin(7 * index) + 0.3 * Math.cos(index));

const input = (offset: number): NormalizationInput => ({
  x: tf.tensor4d(values(4 * 3 * 3 * 2, offset), [4, 3, 3, 2]),
  scale: tf.tensor1d([1.5, -0.5]),
  offset: tf.tensor1d([0.1, 0.2]),
  epsilon: 1e-5,
});

/** The output, its statistics, and the gradients of a weighted sum of it. */
function normalizedBy(statistics: BatchStatistics, { x, scale, offset, epsilon }: NormalizationInput) {
  const weights = tf.tensor4d(values(x.size, 0).map(Math.abs), x.shape);
  const { y, mean, unbiasedVariance } = statistics.normalize({ x, scale, offset, epsilon });
  const grads = tf.grads((x: tf.Tensor, scale: tf.Tensor, offset: tf.Tensor) =>
    tf.sum(tf.mul(weights, statistics.normalize({ x, scale, offset, epsilon } as NormalizationInput).y)),
  )([x, scale, offset]);
  return [y, mean, unbiasedVariance, ...grads].map((tensor) => [...tensor.dataSync()]);
}

const expectClose = (actual: readonly number[][], expected: readonly number[][], digits: number): void => {
  expected.forEach((list, index) => {
    list.forEach((value, place) => expect(actual[index]?.[place]).toBeCloseTo(value, digits));
  });
};

/** Only this rank's rows are there, and the sum over ranks has the others' zeros: as if they had seen nothing. */
class Alone extends FakeRanks {
  override readonly allReduce = <T extends tf.Tensor>(tensor: T): T => {
    this.exchanges += 1;
    return tf.clone(tensor);
  };
}

describe('SyncBatchNorm', () => {
  it.each([0, 1000])('equals local statistics if only this rank has values, around %p', (around) => {
    const ranks = new Alone(3, 1);
    const ours = normalizedBy(new SyncBatchNorm(ranks), input(around));
    // Around 1000 float32 has three digits left after the point.
    expectClose(ours, normalizedBy(localBatchStatistics, input(around)), around === 0 ? 4 : 2);
    // Two forward passes, of which one has a gradient: one exchange each way.
    expect(ranks.exchanges).toBe(3);
  });

  it('equals local batch norm on a single rank', () => {
    const ranks = new FakeRanks(1);
    const own = input(0);
    expect(normalizedBy(new SyncBatchNorm(ranks), own)).toEqual(normalizedBy(localBatchStatistics, own));
    expect(ranks.exchanges).toBe(0);
  });

  it('exchanges nothing in evaluation', () => {
    const ranks = new FakeRanks(2);
    const norm = new nn.BatchNorm2d(2).eval();
    withBatchStatistics(new SyncBatchNorm(ranks), () => norm.forward(input(0).x));
    expect(ranks.exchanges).toBe(0);
  });
});
