import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../src/engine';
import { predictByNeighbours, unitRows } from '../../src/evaluation';
import type { FeatureTable, NeighbourRule } from '../../src/evaluation';

interface KnnReference {
  readonly source: string;
  readonly classes: number;
  readonly width: number;
  readonly bank: number[];
  readonly bankLabels: number[];
  readonly queries: number[];
  readonly cases: { k: number; temperature: number; predictions: number[] }[];
}

const reference = JSON.parse(readFileSync(join(__dirname, 'data/knn.json'), 'utf8')) as KnnReference;

function table(rows: readonly number[], labels: readonly number[]) {
  const { width } = reference;
  return unitRows({ features: Float32Array.from(rows), labels: Int32Array.from(labels), width });
}

beforeAll(() => start());

describe('prediction by neighbours', () => {
  it.each(reference.cases)(
    `gives lightly's classes at k $k and temperature $temperature`,
    async ({ k, temperature, predictions }) => {
      const { bank, bankLabels, queries, classes } = reference;
      const asked = table(queries, new Array<number>(predictions.length).fill(0));
      const predicted = await predictByNeighbours(table(bank, bankLabels), asked, {
        k,
        temperature,
        classes,
      });
      expect([...predicted]).toEqual(predictions);
    },
  );
});

/** Classes by the same rule in double precision, with every vote as a logarithm; `null` where two classes are too close to tell. */
function inDoubles(
  bank: FeatureTable,
  queries: FeatureTable,
  { k, temperature, classes }: NeighbourRule,
): (number | null)[] {
  const row = ({ features, width }: FeatureTable, index: number): number[] => [
    ...features.subarray(index * width, (index + 1) * width),
  ];
  return [...queries.labels].map((_, query) => {
    const asked = row(queries, query);
    const nearest = [...bank.labels]
      .map((label, index) => ({
        label,
        similarity: row(bank, index).reduce((sum, value, i) => sum + value * (asked[i] ?? 0), 0),
      }))
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, k);
    const votes = Array.from({ length: classes }, (__, label) => {
      const own = nearest.filter((one) => one.label === label).map((one) => one.similarity / temperature);
      const most = Math.max(...own);
      return own.length === 0
        ? -Infinity
        : most + Math.log(own.reduce((sum, value) => sum + Math.exp(value - most), 0));
    });
    const [first = 0, second = 0] = [...votes].sort((a, b) => b - a);
    return first - second < 1e-6 / temperature ? null : votes.indexOf(first);
  });
}

describe('votes of neighbours at any temperature', () => {
  const { bank, bankLabels, queries, classes, cases } = reference;
  const known = table(bank, bankLabels);
  const asked = table(queries, new Array<number>(cases[0]?.predictions.length ?? 0).fill(0));

  it.each(
    [1e-30, 1e-6, 1e-4, 0.001, 0.0014, 0.002, 0.01, 0.1, 1, 1e6].flatMap((temperature) =>
      [1, 3, 20, 1000].map((k) => ({ temperature, k })),
    ),
  )('are those of double precision: temperature $temperature, k $k', async ({ temperature, k }) => {
    const rule = { k, temperature, classes };
    const expected = inDoubles(known, asked, rule);
    const predicted = await predictByNeighbours(known, asked, rule);
    expect([...predicted].map((label, i) => (expected[i] === null ? null : label))).toEqual(expected);
    if (temperature <= 0.1 && temperature > 1e-6) expect(expected).toContainEqual(expect.any(Number));
  });

  it('become those of the nearest alone as the temperature falls', async () => {
    const nearest = await predictByNeighbours(known, asked, { k: 1, temperature: 1, classes });
    const cold = await predictByNeighbours(known, asked, { k: 20, temperature: 1e-6, classes });
    expect([...cold]).toEqual([...nearest]);
  });

  it('go to the lowest class if they are equal, and count rows of zeros as far from everything', async () => {
    const rows = (features: number[], labels: number[]): FeatureTable =>
      unitRows({ features: Float32Array.from(features), labels: Int32Array.from(labels), width: 2 });
    const twins = rows([1, 0, 1, 0, 0, 0], [2, 1, 0]);
    const question = rows([1, 0, 0, 0, -1, 0], [0, 0, 0]);
    expect(question.features.every(Number.isFinite)).toBe(true);
    const predicted = await predictByNeighbours(twins, question, { k: 3, temperature: 0.001, classes: 3 });
    expect([...predicted]).toEqual([1, 0, 0]);
  });

  it('leave no tensor behind when the work is ended from outside', async () => {
    const before = tf.memory().numTensors;
    const end = (): Promise<void> => Promise.reject(new Error('enough'));
    const rule = { k: 3, temperature: 0.1, classes };
    await expect(predictByNeighbours(known, asked, rule, end)).rejects.toThrow('enough');
    expect(tf.memory().numTensors).toBe(before);
  });
});
