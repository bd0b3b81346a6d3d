import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource } from '../../../src/contracts';
import { tensorBatches } from '../../../src/data';
import type { BatchingRule } from '../../../src/data';
import { liveCounts, start } from '../../../src/engine';

let tensors: number;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});
beforeEach(() => {
  tensors = liveCounts().tensors;
});
afterEach(() => {
  expect(liveCounts().tensors).toBe(tensors);
});

const alone: BatchingRule = {
  ...{ seed: 3, rank: 0, worldSize: 1, batchSize: 3, shuffle: true, dropLast: false, pad: true },
};

/** Samples 0 to 9: their number, and ten times that as a row of two. */
function ten(rule: Partial<BatchingRule> = {}) {
  const numbers = Array.from({ length: 10 }, (_, index) => index);
  const x = tf.tensor2d(numbers.map((number) => [number, 10 * number]));
  const y = tf.tensor1d(numbers, 'int32');
  return tensorBatches({ x, y }, { ...alone, ...rule });
}

async function samplesOf<B extends { x: tf.Tensor2D; y: tf.Tensor1D }>(
  source: BatchSource<B>,
  ...asked: Parameters<BatchSource<B>['epoch']>
): Promise<number[][]> {
  const found: number[][] = [];
  for await (const { x, y } of source.epoch(...asked)) {
    expect([y.dtype, x.dtype]).toEqual(['int32', 'float32']);
    const numbers = [...y.dataSync()];
    expect(x.arraySync()).toEqual(numbers.map((number) => [number, 10 * number]));
    found.push(numbers);
  }
  return found;
}

describe('tensorBatches', () => {
  it('yields rows of each tensor, every sample once per epoch, in an order that depends on (seed, epoch) alone', async () => {
    const source = ten();
    expect([source.batchesPerEpoch, source.samples, source.samplesOverall]).toEqual([4, 10, 10]);
    const [first, second] = [await samplesOf(source, 0), await samplesOf(source, 1)];
    expect(first.map(({ length }) => length)).toEqual([3, 3, 3, 1]);
    expect(first.flat().sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(second.flat()).not.toEqual(first.flat());
    const again = ten();
    expect(await samplesOf(again, 1)).toEqual(second);
    const other = ten({ seed: 4 });
    expect(await samplesOf(other, 0)).not.toEqual(first);
    await Promise.all([source.close(), again.close(), other.close()]);
  });

  it('yields the batches from startBatch on, and no more than the limit', async () => {
    const source = ten();
    const whole = await samplesOf(source, 2);
    expect(await samplesOf(source, 2, { startBatch: 1 })).toEqual(whole.slice(1));
    expect(await samplesOf(source, 2, { startBatch: 1, limit: 2 })).toEqual(whole.slice(1, 3));
    expect(await samplesOf(source, 2, { startBatch: 4 })).toEqual([]);
    await source.close();
  });

  it('keeps the order of held-out samples, the last batch among them', async () => {
    const source = ten({ shuffle: false });
    expect(await samplesOf(source, 5)).toEqual([[0, 1, 2], [3, 4, 5], [6, 7, 8], [9]]);
    await source.close();
    const dropping = ten({ shuffle: false, dropLast: true });
    expect(await samplesOf(dropping, 5)).toEqual([
      [0, 1, 2],
      [3, 4, 5],
      [6, 7, 8],
    ]);
    await dropping.close();
  });

  it('distributes samples over ranks: padded in training, each once if held out', async () => {
    const dealt = async (rule: Partial<BatchingRule>) => {
      const sources = [0, 1, 2].map((rank) =>
        ten({ rank, worldSize: 3, batchSize: 2, shuffle: false, ...rule }),
      );
      const samples = await Promise.all(sources.map((source) => samplesOf(source, 0)));
      expect(sources.map(({ batchesPerEpoch }) => batchesPerEpoch)).toEqual([2, 2, 2]);
      await Promise.all(sources.map((source) => source.close()));
      return samples;
    };
    expect(await dealt({})).toEqual([
      [
        [0, 3],
        [6, 9],
      ],
      [
        [1, 4],
        [7, 0],
      ],
      [
        [2, 5],
        [8, 1],
      ],
    ]);
    expect(await dealt({ pad: false })).toEqual([
      [
        [0, 3],
        [6, 9],
      ],
      [[1, 4], [7]],
      [[2, 5], [8]],
    ]);
  });

  it('frees the batch that is left, also in the middle of an epoch', async () => {
    const source = ten();
    const before = liveCounts().tensors;
    for await (const { x } of source.epoch(0)) {
      expect(liveCounts().tensors).toBe(before + 2);
      expect(x.shape).toEqual([3, 2]);
      break;
    }
    expect(liveCounts().tensors).toBe(before);
    await source.close();
  });

  it('rejects tensors of different lengths, none, and too few samples for a batch', () => {
    const [x, y, one] = [tf.zeros([4, 2]), tf.zeros([3]), tf.scalar(1)];
    const first = 'Give tensors whose first dimension is the number of samples.';
    expect(() => tensorBatches({ x, y }, alone)).toThrow(
      `tensorBatches was given tensors of different lengths: x [4, 2], y [3]. ${first}`,
    );
    expect(() => tensorBatches({ one }, alone)).toThrow(
      `tensorBatches was given tensors of different lengths: one []. ${first}`,
    );
    expect(() => tensorBatches({}, alone)).toThrow(`tensorBatches was given no tensor. ${first}`);
    expect(() => tensorBatches({ y }, { ...alone, batchSize: 2, worldSize: 2, dropLast: true })).toThrow(
      'tensorBatches was given 3 samples over 2 ranks: too few for one batch of 2. A last batch that is not full is left out. ' +
        'Choose a batchSize of at most 1, or set dropLast to false.',
    );
    tf.dispose([x, y, one]);
  });
});
