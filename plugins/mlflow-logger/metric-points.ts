import type { MetricRow } from '../../src';
import type { EntityNames } from './entity-names';

/** A row with the time at which it was logged, in milliseconds since 1970. */
export interface JournalRow extends MetricRow {
  readonly time: number;
}

/** A point of a metric as MLflow's API has it. */
export interface MetricPoint {
  readonly key: string;
  /** NaN and the infinities by their names, as in all JSON of Protocol Buffers. */
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

/** Metrics that one request may hold. */
const largestBatch = 1000;

/**
 * The points of as many rows, from the first on, as one request takes.
 *
 * @param names gives each metric its name in MLflow.
 * @returns also how many rows these are; a row too long for one request is cut to it.
 */
export function nextBatch(
  rows: readonly JournalRow[],
  names: EntityNames,
): { rows: number; metrics: MetricPoint[] } {
  const metrics: MetricPoint[] = [];
  let taken = 0;
  for (const row of rows) {
    const points = pointsOf(row, names);
    if (taken > 0 && metrics.length + points.length > largestBatch) break;
    metrics.push(...points.slice(0, largestBatch));
    taken += 1;
  }
  return { rows: taken, metrics };
}

function pointsOf({ time, step, values }: JournalRow, names: EntityNames): MetricPoint[] {
  return Object.entries(values).map(([name, value]) => ({
    key: names.of(name),
    value: Number.isFinite(value) ? value : String(value),
    timestamp: time,
    step,
  }));
}
