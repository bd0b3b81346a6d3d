import { rankMeOf, singularValues } from '../../src/evaluation';
import { evaluateRankMe } from '../../src/evaluation';
import { liveCounts, start } from '../../src/engine';
import { FeatureData, identity } from './fakes/feature-data';
import reference from './data/rank-me.json';

beforeAll(() => start());

const tableOf = ({ shape, z }: { shape: number[]; z: number[] }) => ({
  features: Float32Array.from(z),
  labels: new Int32Array(shape[0] ?? 0),
  width: shape[1] ?? 0,
});

it.each(reference.cases)("singular values and RankMe are NumPy's for $name", async (one) => {
  const singular = await singularValues(tableOf(one));
  const largest = one.singular[0] ?? NaN;
  expect(singular).toHaveLength(one.singular.length);
  singular.forEach((value, i) => {
    expect(Math.abs(value - (one.singular[i] ?? NaN)) / largest).toBeLessThan(3e-8);
  });
  expect(rankMeOf(singular) / one.rankMe).toBeCloseTo(1, 5);
});

it('the singular values of many features are those of their rotation', async () => {
  // Reflections of the rows of a diagonal matrix leave its singular values as they are.
  const size = 150;
  const samples = 200;
  const features = new Float32Array(samples * size);
  for (let i = 0; i < size; i++) features[i * size + i] = 1 + (i % 7);
  const mirror = Float64Array.from({ length: samples }, (_, i) => Math.sin(i + 1));
  const half = mirror.reduce((sum, value) => sum + value * value, 0) / 2;
  const mirrored = features.map((value, at) => {
    const [row, column] = [Math.floor(at / size), at % size];
    return value - ((mirror[row] ?? 0) * (mirror[column] ?? 0) * (1 + (column % 7))) / half;
  });
  const heard: number[] = [];
  const singular = await singularValues(
    { features: mirrored, labels: new Int32Array(samples), width: size },
    (done, total) => {
      heard.push(done / total);
      return Promise.resolve();
    },
  );
  const expected = Array.from({ length: size }, (_, i) => 1 + (i % 7)).sort((a, b) => b - a);
  expected.forEach((value, i) => expect(singular[i]).toBeCloseTo(value, 5));
  expect(heard.every((share) => share >= 0 && share <= 1)).toBe(true);
});

describe('RankMe of a model', () => {
  const one = reference.cases[0] ?? { shape: [], z: [], rankMe: NaN };
  const rows = { rows: Float32Array.from(one.z), labels: Array<number>(20).fill(-1) };
  const empty = { rows: new Float32Array(6), labels: [0] };

  it('is that of held-out images, which need no labels, and leaves no tensor', async () => {
    const data = new FeatureData('unlabelled', 0, 6, { train: empty, test: rows });
    const before = liveCounts();
    expect(await evaluateRankMe(identity, data, { limit: 2048, batchSize: 8 })).toEqual({
      rankMe: expect.closeTo(one.rankMe, 5) as number,
      ...{ data: 'unlabelled', split: 'test', samples: 20, featureWidth: 6 },
    });
    expect(liveCounts()).toEqual(before);
    expect(data.closed).toBe(data.opened.length);
  });

  it('does not exist for features that are not finite', async () => {
    const wild = { rows: Float32Array.from([1, NaN]), labels: [0] };
    const data = new FeatureData('wild', 1, 2, { train: wild, test: wild });
    expect(await evaluateRankMe(identity, data, { limit: null, batchSize: 8 })).toMatchObject({
      rankMe: null,
    });
  });
});
