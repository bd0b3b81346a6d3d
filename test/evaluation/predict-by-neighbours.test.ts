import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { start } from '../../src/engine';
import { predictByNeighbours, unitRows } from '../../src/evaluation';

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
