import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, seedEverything, start } from '../../src/engine';
import * as nn from '../../src/nn';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

let queue: nn.FeatureQueue;
let before: ReturnType<typeof liveCounts>;
beforeEach(() => {
  before = liveCounts();
  seedEverything(1);
  queue = new nn.FeatureQueue({ size: 5, features: 2 });
});
afterEach(() => {
  queue.dispose();
  expect(liveCounts()).toEqual(before);
});

/** Rows that hold one number each. */
function rows(...values: number[]): tf.Tensor2D {
  return tf.tidy(() => tf.tile(tf.tensor2d(values, [values.length, 1]), [1, 2]));
}

function held(): { bank: (number | undefined)[]; pointer: number | undefined } {
  const bank = [...queue.bank.dataSync()];
  return { bank: bank.filter((_, index) => index % 2 === 0), pointer: queue.bankPtr.dataSync()[0] };
}

function clear(): void {
  tf.tidy(() => queue.bank.assign(tf.zeros([5, 2])));
}

it('begins with random rows of length 1, under the names of lightly', () => {
  const state = queue.stateDict();
  expect([...state].map(([name, { dtype, shape }]) => [name, dtype, shape])).toEqual([
    ['bank', 'F32', [5, 2]],
    ['bank_ptr', 'I64', [1]],
  ]);
  const lengths = tf.tidy(() => [...tf.norm(queue.bank, 'euclidean', 1).dataSync()]);
  for (const length of lengths) expect(length).toBeCloseTo(1, 6);
  expect(new Set(queue.bank.dataSync()).size).toBe(10);
});

// What lightly 1.5.26's MemoryBankModule(size=(5, 2)) holds after the same pushes.
it.each([false, true])(
  'cuts a batch at its end and starts again, as lightly does (eager: %s)',
  async (eager) => {
    clear();
    const retraced: string[] = [];
    const push = compile((keys: tf.Tensor2D) => queue.push(keys), {
      ...{ name: 'push', eager },
      onRetrace: (message) => void retraced.push(message),
    });
    const seen: unknown[] = [];
    for (const values of [
      [1, 2],
      [3, 4],
      [5, 6],
      [7, 8, 9, 10, 11],
      [12, 13, 14],
      [15, 16, 17, 18, 19, 20, 21],
    ]) {
      const keys = rows(...values);
      await push(keys);
      keys.dispose();
      seen.push(held());
    }
    push.dispose();
    expect(seen).toEqual([
      { bank: [1, 2, 0, 0, 0], pointer: 2 },
      { bank: [1, 2, 3, 4, 0], pointer: 4 },
      { bank: [1, 2, 3, 4, 5], pointer: 0 },
      { bank: [7, 8, 9, 10, 11], pointer: 0 },
      { bank: [12, 13, 14, 10, 11], pointer: 3 },
      { bank: [12, 13, 14, 15, 16], pointer: 0 },
    ]);
  },
);

it('gives the rows as they were when it was asked, without a gradient', () => {
  clear();
  const values = queue.values();
  const keys = rows(1, 2);
  const scale = tf.tidy(() => tf.variable(tf.scalar(3)));
  const { value, grads } = tf.variableGrads(() => {
    queue.push(tf.mul(keys, scale));
    return tf.mean<tf.Scalar>(tf.mul(tf.add(queue.values(), 1), scale));
  });
  expect([...values.dataSync()]).toEqual(Array(10).fill(0));
  expect(held().bank).toEqual([3, 6, 0, 0, 0]);
  // The mean of the rows plus one: nothing comes back through the keys.
  expect(grads[scale.name]?.dataSync()[0]).toBeCloseTo((2 * (3 + 6) + 10) / 10, 6);
  tf.dispose([values, keys, value, grads, scale]);
});

it('takes the keys of all ranks, in the order of the samples', () => {
  clear();
  const others = rows(10, 20);
  const group: nn.StepRanks = {
    rank: 1,
    worldSize: 2,
    // Rank 0's rows stand in the even places.
    allReduce: (tensor) =>
      tf.tidy(() => tf.add(tensor, tf.reshape(tf.stack([others, tf.zerosLike(others)], 1), tensor.shape))),
  };
  const keys = rows(1, 2);
  nn.withRanks(group, () => queue.push(keys));
  tf.dispose([keys, others]);
  expect(held()).toEqual({ bank: [10, 1, 20, 2, 0], pointer: 4 });
});

it('takes the keys of its own rank only if it does not gather', () => {
  const own = new nn.FeatureQueue({ size: 5, features: 2, gather: false });
  const keys = rows(1, 2);
  const group: nn.StepRanks = { rank: 1, worldSize: 2, allReduce: () => fail() };
  nn.withRanks(group, () => own.push(keys));
  expect([...own.bank.dataSync()].slice(0, 4)).toEqual([1, 1, 2, 2]);
  expect([queue.bank, own.bank, own.bankPtr].map((each) => nn.rankRuleOf(each))).toEqual([
    'gathered',
    'own',
    'own',
  ]);
  keys.dispose();
  own.dispose();
});

function fail(): never {
  throw new Error('nothing is to be exchanged');
}

it('takes nothing in an evaluation', () => {
  clear();
  const keys = rows(1, 2);
  nn.whileEvaluating(() => queue.push(keys));
  keys.dispose();
  expect(held()).toEqual({ bank: [0, 0, 0, 0, 0], pointer: 0 });
});

it('reports what it cannot take', () => {
  const keys = tf.zeros<tf.Rank.R2>([2, 3]);
  expect(() => queue.push(keys)).toThrow(
    'FeatureQueue(5, 2) got keys of shape [2, 3]. It takes [batch, 2]. Set features of the queue to the width of the keys.',
  );
  keys.dispose();
  for (const size of [0, 1.5, NaN]) {
    expect(() => new nn.FeatureQueue({ size, features: 2 })).toThrow(
      `FeatureQueue got size ${size}. Give a whole number of 1 or more.`,
    );
  }
});
