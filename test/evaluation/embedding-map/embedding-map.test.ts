import { clustersOf } from '../../../src/evaluation/embedding-map/clusters';
import { neighbourPlane } from '../../../src/evaluation/embedding-map/neighbour-plane';
import { principalPlane } from '../../../src/evaluation/embedding-map/principal-axes';
import { makeEmbeddingMap, mapSchema } from '../../../src/evaluation';
import { RandomStream, start } from '../../../src/engine';
import { FeatureData, identity } from '../fakes/feature-data';

beforeAll(() => start());

const PER_GROUP = 20;

/** Three groups of rows, each around a direction of its own. */
function threeGroups(width = 8) {
  const stream = new RandomStream(1, 'evaluation', []);
  const labels = Int32Array.from({ length: 3 * PER_GROUP }, (_, row) => Math.floor(row / PER_GROUP));
  const features = new Float32Array(labels.length * width);
  labels.forEach((label, row) => {
    for (let column = 0; column < width; column++) {
      features[row * width + column] = (column === label ? 5 : 0) + 0.1 * stream.normal();
    }
  });
  return { features, labels, width };
}

/** Share of rows whose nearest row in the plane is of their own group. */
function purity(places: Float32Array, labels: Int32Array): number {
  const rows = [...labels.keys()];
  const distance = (a: number, b: number) =>
    Math.hypot(places[2 * a]! - places[2 * b]!, places[2 * a + 1]! - places[2 * b + 1]!);
  const right = rows.filter((row) => {
    const others = rows.filter((other) => other !== row);
    const nearest = others.reduce((best, other) =>
      distance(row, other) < distance(row, best) ? other : best,
    );
    return labels[nearest] === labels[row];
  });
  return right.length / rows.length;
}

it('places rows along the axes of the largest variance, with the shares that it has', async () => {
  // Variances by column: 9, 4 and 1 of a sum of 14.
  const rows = [-1, 1].flatMap((a) => [-1, 1].flatMap((b) => [-1, 1].map((c) => [b, 3 * a, 2 * c])));
  const table = { features: Float32Array.from(rows.flat()), labels: new Int32Array(8), width: 3 };
  const { places, shares } = await principalPlane(table);
  expect(shares[0]).toBeCloseTo(9 / 14, 6);
  expect(shares[1]).toBeCloseTo(4 / 14, 6);
  expect([...places].map((value) => Math.round(Math.abs(value) * 1e4) / 1e4)).toEqual(
    rows.flatMap(() => [3, 2]),
  );
});

it('places equal rows at one point, without a share', async () => {
  const table = { features: new Float32Array(8).fill(1), labels: new Int32Array(4), width: 2 };
  const { places, shares } = await principalPlane(table);
  expect(shares).toEqual([0, 0]);
  expect(places.every((value) => value === 0)).toBe(true);
});

it('keeps neighbours together by UMAP, equally for equal seeds', async () => {
  const table = threeGroups();
  const options = { seed: 3, neighbours: 10, minDist: 0.1 };
  const places = await neighbourPlane(table, options);
  expect(purity(places, table.labels)).toBe(1);
  expect(await neighbourPlane(table, options)).toEqual(places);
  expect(await neighbourPlane(table, { ...options, seed: 4 })).not.toEqual(places);
});

it('finds the clusters of rows without labels', () => {
  const table = threeGroups();
  const clusters = clustersOf(table, 3, 0);
  for (const group of [0, 1, 2]) {
    const own = clusters.filter((_, row) => table.labels[row] === group);
    expect(new Set(own).size).toBe(1);
  }
  expect(new Set(clusters)).toEqual(new Set([0, 1, 2]));
  expect(Math.max(...clustersOf({ ...table, features: new Float32Array(60 * 8) }, 10, 0))).toBe(0);
});

it.each([
  [
    'one image',
    [1, 2],
    'A map of 1 image shows nothing. Use a data set with more images, or a larger limit.',
  ],
  [
    'features that are not finite',
    [1, 2, NaN, 4],
    "The backbone's features are not finite, so they cannot be mapped. Training has diverged. " +
      'Use an earlier checkpoint, or train with a lower learning rate.',
  ],
])('rejects %s', async (_, features, message) => {
  const split = { rows: Float32Array.from(features), labels: features.slice(0, features.length / 2) };
  const data = new FeatureData('rows', 2, 2, { train: split, test: split });
  const options = mapSchema.parse({ thumbnails: false });
  const map = makeEmbeddingMap({ model: identity, data, split: 'test', config: {} }, options);
  await expect(map).rejects.toThrow(message);
  expect(data.closed).toBe(1);
});
