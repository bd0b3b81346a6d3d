import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { liveCounts, start } from '../../src/engine';
import { Linear, randomPosition, setRandomPosition } from '../../src/nn';
import { standardize } from '../../src/evaluation/feature-table';
import {
  classify,
  shuffledBatches,
  topKAccuracy,
  trainClassifier,
} from '../../src/evaluation/linear-classifier';

interface Reference {
  readonly source: string;
  readonly classes: number;
  readonly width: number;
  readonly learningRate: number;
  readonly train: number[];
  readonly trainLabels: number[];
  readonly test: number[];
  readonly testLabels: number[];
  readonly initial: Record<'weight' | 'bias', number[]>;
  readonly batches: number[][];
  readonly losses: number[];
  readonly final: Record<'weight' | 'bias', number[]>;
  readonly logits: number[];
  readonly top1: number;
  readonly top5: number;
  readonly mean: number[];
  readonly deviation: number[];
}

const reference = JSON.parse(readFileSync(join(__dirname, 'data/linear-probe.json'), 'utf8')) as Reference;
const { classes, width, learningRate } = reference;
const train = {
  features: Float32Array.from(reference.train),
  labels: Int32Array.from(reference.trainLabels),
  width,
};
const test = {
  features: Float32Array.from(reference.test),
  labels: Int32Array.from(reference.testLabels),
  width,
};
const batches = reference.batches.map((rows) => Int32Array.from(rows));

/** The largest difference, in shares of the largest value. */
function distance(ours: ArrayLike<number>, theirs: readonly number[]): number {
  expect(ours.length).toBe(theirs.length);
  const apart = theirs.map((value, i) => Math.abs(value - (ours[i] ?? NaN)));
  return Math.max(...apart) / Math.max(...theirs.map(Math.abs));
}

function classifier(): Linear {
  const linear = new Linear(width, classes);
  const { weight, bias } = reference.initial;
  linear.loadStateDict(
    new Map([
      ['weight', { dtype: 'F32', shape: [classes, width], data: Float32Array.from(weight) }],
      ['bias', { dtype: 'F32', shape: [classes], data: Float32Array.from(bias) }],
    ]),
  );
  return linear;
}

beforeAll(() => start());

describe('the linear classifier', () => {
  it("has PyTorch's losses, weights and logits after lightly's training on the same batches", async () => {
    const linear = classifier();
    const losses = await trainClassifier(linear, train, { classes, batches, learningRate });
    const state = linear.stateDict();
    expect(distance(losses, reference.losses)).toBeLessThan(1e-5);
    expect(distance(state.get('weight')?.data as Float32Array, reference.final.weight)).toBeLessThan(1e-5);
    expect(distance(state.get('bias')?.data as Float32Array, reference.final.bias)).toBeLessThan(1e-5);
    const logits = await classify(linear, test, classes);
    expect(distance(logits, reference.logits)).toBeLessThan(1e-5);
    expect(topKAccuracy(logits, test.labels, 1)).toBeCloseTo(reference.top1, 6);
    expect(topKAccuracy(logits, test.labels, 5)).toBeCloseTo(reference.top5, 6);
    linear.dispose();
  });

  it('leaves no tensor behind, also after a failure, and the position of random layers where it was', async () => {
    setRandomPosition(41);
    const linear = classifier();
    // Weights come into native memory with their first use.
    await classify(linear, test, classes);
    const before = liveCounts();
    await trainClassifier(linear, train, { classes, batches: batches.slice(0, 2), learningRate });
    await classify(linear, test, classes);
    expect(liveCounts()).toEqual(before);
    const narrow = { ...train, features: train.features.subarray(0, train.labels.length), width: 1 };
    await expect(trainClassifier(linear, narrow, { classes, batches, learningRate })).rejects.toThrow(
      'Linear(6, 7)',
    );
    expect(liveCounts()).toEqual(before);
    expect(randomPosition()).toBe(41);
    setRandomPosition(0);
    linear.dispose();
  });
});

describe('the batches of the classifier', () => {
  it('are whole, in another order each epoch, and the same for the same seed', () => {
    const options = { epochs: 3, batchSize: 4, seed: 5 };
    const shuffled = shuffledBatches(10, options).map((rows) => [...rows]);
    expect(shuffled.map(({ length }) => length)).toEqual(Array.from({ length: 6 }, () => 4));
    const epochs = [0, 2, 4].map((first) => [...(shuffled[first] ?? []), ...(shuffled[first + 1] ?? [])]);
    for (const rows of epochs) expect(new Set(rows).size).toBe(8);
    expect(new Set(epochs.map(String)).size).toBe(3);
    expect(shuffledBatches(10, options).map((rows) => [...rows])).toEqual(shuffled);
    expect(shuffledBatches(10, { ...options, seed: 6 }).map((rows) => [...rows])).not.toEqual(shuffled);
  });
});

describe('standardised features', () => {
  it("have the train split's mean 0 and deviation 1, and those of the test split move alike", () => {
    const [ours, asked] = standardize(train, test);
    const { mean, deviation } = reference;
    const expected = (values: readonly number[]): number[] =>
      values.map((value, i) => (value - (mean[i % width] ?? NaN)) / (deviation[i % width] ?? NaN));
    expect(distance(ours.features, expected(reference.train))).toBeLessThan(1e-6);
    expect(distance(asked.features, expected(reference.test))).toBeLessThan(1e-6);
  });

  it('are 0 if a feature never changes except for rounding', () => {
    const labels = Int32Array.from([0, 0, 0]);
    const [ours] = standardize(
      { features: Float32Array.from([0.1, 0, 1000, 0.1, 0, 1000.00006, 0.1, 0, 1000]), labels, width: 3 },
      { features: new Float32Array(3), labels: labels.subarray(2), width: 3 },
    );
    for (const value of ours.features) expect(Math.abs(value)).toBeLessThan(1e-4);
  });
});

describe('top-k accuracy', () => {
  it('counts the lower class first if logits are equal', () => {
    const logits = Float32Array.from([1, 1, 0, 1, 1, 0]);
    const labels = Int32Array.from([0, 1]);
    expect([1, 2].map((k) => topKAccuracy(logits, labels, k))).toEqual([0.5, 1]);
  });
});
