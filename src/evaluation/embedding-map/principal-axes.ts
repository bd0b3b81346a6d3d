import type { TaskReport } from '../../contracts';
import { RandomStream } from '../../engine';
import type { FeatureTable } from '../feature-table';

/**
 * The number of iterations after which the axes have converged, unless the features spread equally in all directions.
 */
const MOST_ROUNDS = 400;
const TOLERANCE = 1e-13;
/** The number of directions that are iterated: more than needed, for faster convergence. */
const FOLLOWED = 6;

/** The two directions in which features spread most. */
export interface PrincipalPlane {
  /** x and y of each row, row by row. */
  readonly places: Float32Array;
  /** The fraction of the features' variance along each axis. */
  readonly shares: readonly [number, number];
}

/**
 * Places rows along the first two principal axes of their features (PCA), by subspace iteration in float64. The largest
 * component of an axis is positive, so equal features give equal places.
 */
export async function principalPlane(table: FeatureTable, report?: TaskReport): Promise<PrincipalPlane> {
  const { features, labels, width } = table;
  const rows = labels.length;
  const mean = new Float64Array(width);
  features.forEach((value, at) => (mean[at % width] = (mean[at % width] ?? 0) + value / rows));
  const centred = Float64Array.from(features, (value, at) => value - (mean[at % width] ?? 0));
  const total = centred.reduce((sum, value) => sum + value * value, 0);
  const count = Math.min(FOLLOWED, width, Math.max(1, rows));
  const stream = new RandomStream(0, 'evaluation', [0, 2]);
  let axes = orthonormal(
    Array.from({ length: count }, () => Float64Array.from({ length: width }, () => stream.normal())),
  );
  let before: number[] = [];
  let spreads: number[] = [];
  for (let round = 0; round < MOST_ROUNDS; round++) {
    await report?.(round, MOST_ROUNDS);
    const images = axes.map((axis) => projected(centred, rows, axis));
    spreads = images.map((image) => image.reduce((sum, value) => sum + value * value, 0));
    const isStill = spreads.every((value, at) => Math.abs(value - (before[at] ?? 0)) <= TOLERANCE * total);
    if (isStill && round > 2) break;
    before = spreads;
    axes = orthonormal(images.map((image) => backProjected(centred, image, width)));
  }
  const order = spreads.map((_, at) => at).sort((a, b) => (spreads[b] ?? 0) - (spreads[a] ?? 0));
  const chosen = [order[0], order[1]].map((at) => signed(axes[at ?? -1] ?? new Float64Array(width)));
  const [xs = new Float64Array(rows), ys = new Float64Array(rows)] = chosen.map((axis) =>
    projected(centred, rows, axis),
  );
  const places = Float32Array.from({ length: 2 * rows }, (_, at) =>
    at % 2 === 0 ? (xs[at / 2] ?? 0) : (ys[(at - 1) / 2] ?? 0),
  );
  const shareOf = (at: number | undefined): number => (total === 0 ? 0 : (spreads[at ?? -1] ?? 0) / total);
  return { places, shares: [shareOf(order[0]), shareOf(order[1])] };
}

/** Returns the projection of each row onto an axis. */
function projected(table: Float64Array, rows: number, axis: Float64Array): Float64Array {
  const width = axis.length;
  const lengths = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    let sum = 0;
    for (let column = 0; column < width; column++, at++) sum += (table[at] ?? 0) * (axis[column] ?? 0);
    lengths[row] = sum;
  }
  return lengths;
}

/** Returns the sum of the rows, weighted by their projections. */
function backProjected(table: Float64Array, lengths: Float64Array, width: number): Float64Array {
  const sum = new Float64Array(width);
  for (let row = 0, at = 0; row < lengths.length; row++) {
    const length = lengths[row] ?? 0;
    for (let column = 0; column < width; column++, at++) {
      sum[column] = (sum[column] ?? 0) + length * (table[at] ?? 0);
    }
  }
  return sum;
}

/** Orthonormalises directions (Gram-Schmidt); one that depends on the others becomes 0. */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const done: Float64Array[] = [];
  for (const vector of vectors) {
    const rest = Float64Array.from(vector);
    const length = norm(rest);
    for (const other of done) {
      const share = dot(rest, other);
      rest.forEach((value, at) => (rest[at] = value - share * (other[at] ?? 0)));
    }
    const left = norm(rest);
    done.push(
      left <= 1e-12 * length || left === 0
        ? new Float64Array(rest.length)
        : rest.map((value) => value / left),
    );
  }
  return done;
}

function signed(axis: Float64Array): Float64Array {
  const largest = axis.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return largest < 0 ? axis.map((value) => -value) : axis;
}

function dot(one: Float64Array, other: Float64Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}

function norm(vector: Float64Array): number {
  return Math.sqrt(dot(vector, vector));
}
