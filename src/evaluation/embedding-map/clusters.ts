import { RandomStream } from '../../engine';
import { unitRows } from '../feature-table';
import type { FeatureTable } from '../feature-table';

const MOST_ROUNDS = 50;

/**
 * Returns the cluster of each row, from 0: k-means on the directions of features, initialised with k-means++ (Arthur
 * and Vassilvitskii 2007). The largest cluster is the first.
 */
export function clustersOf(table: FeatureTable, wanted: number, seed: number): Int32Array {
  const { features: units, labels, width } = unitRows(table);
  const rows = labels.length;
  const centres = firstCentres(
    units,
    width,
    Math.min(wanted, rows),
    new RandomStream(seed, 'evaluation', [0, 4]),
  );
  const clusters = new Int32Array(rows).fill(-1);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let moved = 0;
    for (let row = 0; row < rows; row++) {
      const nearest = nearestCentre(units, width, row, centres).index;
      if (nearest !== clusters[row]) moved += 1;
      clusters[row] = nearest;
    }
    if (moved === 0) break;
    moveCentres(units, width, clusters, centres);
  }
  const sizes = centres.map((_, index) => clusters.reduce((sum, own) => sum + (own === index ? 1 : 0), 0));
  const order = sizes.map((_, index) => index).sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0));
  return clusters.map((cluster) => order.indexOf(cluster));
}

function firstCentres(
  units: Float32Array,
  width: number,
  count: number,
  stream: RandomStream,
): Float64Array[] {
  const rows = units.length / width;
  const rowOf = (row: number): Float64Array =>
    Float64Array.from(units.subarray(row * width, (row + 1) * width));
  const centres = [rowOf(Math.floor((stream.word() / 2 ** 32) * rows))];
  while (centres.length < count) {
    const far = Float64Array.from(
      { length: rows },
      (_, row) => nearestCentre(units, width, row, centres).distance,
    );
    let left = (stream.word() / 2 ** 32) * far.reduce((sum, value) => sum + value, 0);
    const chosen = far.findIndex((value) => (left -= value) < 0);
    if (chosen < 0) break;
    centres.push(rowOf(chosen));
  }
  return centres;
}

function nearestCentre(units: Float32Array, width: number, row: number, centres: readonly Float64Array[]) {
  let found = { index: 0, distance: Infinity };
  centres.forEach((centre, index) => {
    let distance = 0;
    for (let column = 0, at = row * width; column < width; column++, at++) {
      distance += ((units[at] ?? 0) - (centre[column] ?? 0)) ** 2;
    }
    if (distance < found.distance) found = { index, distance };
  });
  return found;
}

/** A cluster without rows keeps its centre. */
function moveCentres(
  units: Float32Array,
  width: number,
  clusters: Int32Array,
  centres: Float64Array[],
): void {
  centres.forEach((centre, index) => {
    const sum = new Float64Array(width);
    let count = 0;
    clusters.forEach((cluster, row) => {
      if (cluster !== index) return;
      count += 1;
      for (let column = 0; column < width; column++)
        sum[column] = (sum[column] ?? 0) + (units[row * width + column] ?? 0);
    });
    if (count > 0) centre.set(sum.map((value) => value / count));
  });
}
