import type { TaskReport } from '../../contracts';
import { unitRows } from '../feature-table';
import type { FeatureTable } from '../feature-table';

/** The number of rows between two reports. */
const PIECE = 32;

/** The nearest rows of each row, itself first, and their cosine distances, from 0 to 2. */
export interface SimilarRows {
  readonly indices: number[][];
  readonly distances: number[][];
}

/** Compares each row with all others. */
export async function similarRows(
  table: FeatureTable,
  count: number,
  report?: TaskReport,
): Promise<SimilarRows> {
  const { features: units, labels, width } = unitRows(table);
  const rows = labels.length;
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

function product(units: Float32Array, width: number, one: number, other: number): number {
  let sum = 0;
  for (let column = 0, a = one * width, b = other * width; column < width; column++, a++, b++) {
    sum += (units[a] ?? 0) * (units[b] ?? 0);
  }
  return sum;
}
