import type { TaskReport } from '../../contracts';
import type { FeatureTable } from '../feature-table';

/** Rows between two reports. */
const PIECE = 32;

/** The nearest rows of each row, itself first, and their cosine distances, from 0 to 2. */
export interface SimilarRows {
  readonly indices: number[][];
  readonly distances: number[][];
}

/** Compares each row with all others. */
export async function similarRows(
  { features, labels, width }: FeatureTable,
  count: number,
  report?: TaskReport,
): Promise<SimilarRows> {
  const rows = labels.length;
  const units = unitLengths(features, width);
  const indices: number[][] = [];
  const distances: number[][] = [];
  for (let row = 0; row < rows; row++) {
    if (row % PIECE === 0) await report?.(row, rows);
    const far = Float64Array.from({ length: rows }, (_, other) =>
      other === row ? -1 : Math.max(0, 1 - product(units, width, row, other)),
    );
    const order = Array.from({ length: rows }, (_, other) => other).sort(
      (a, b) => (far[a] ?? 0) - (far[b] ?? 0) || a - b,
    );
    const nearest = order.slice(0, count);
    indices.push(nearest);
    distances.push(nearest.map((other) => Math.max(0, far[other] ?? 0)));
  }
  return { indices, distances };
}

/** Rows of length 1; those of zeros stay. */
export function unitLengths(features: Float32Array, width: number): Float32Array {
  const units = Float32Array.from(features);
  for (let begin = 0; begin < units.length; begin += width) {
    const row = units.subarray(begin, begin + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) row.forEach((value, at) => (row[at] = value / length));
  }
  return units;
}

function product(units: Float32Array, width: number, one: number, other: number): number {
  let sum = 0;
  for (let column = 0, a = one * width, b = other * width; column < width; column++, a++, b++) {
    sum += (units[a] ?? 0) * (units[b] ?? 0);
  }
  return sum;
}
