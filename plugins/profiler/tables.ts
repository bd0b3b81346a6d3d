import type { TracedCall } from '../../src';
import type { Spent } from './phase-clock';

/** The times of the calls of one compiled function. */
export interface FunctionTimes {
  readonly name: string;
  readonly calls: number;
  /** From the first start to the last end of an operation, over all calls. */
  readonly seconds: number;
  /** The sum over all operations; since several run at a time, it may be more. */
  readonly operationSeconds: number;
  /** Times by kind of operation. */
  readonly types: Readonly<Record<string, Spent>>;
}

/** Returns the times of traced calls by function, in the order of their first calls. */
export function byFunction(traced: readonly TracedCall[]): FunctionTimes[] {
  const names = [...new Set(traced.map(({ name }) => name))];
  return names.map((name) => {
    const calls = traced.filter((call) => call.name === name);
    const types = byType(calls);
    return {
      name,
      calls: calls.length,
      seconds: calls.map(spanOf).reduce((sum, span) => sum + span, 0),
      operationSeconds: Object.values(types).reduce((sum, { seconds }) => sum + seconds, 0),
      types,
    };
  });
}

function byType(calls: readonly TracedCall[]): Record<string, Spent> {
  const types = new Map<string, Spent>();
  for (const { type, seconds } of calls.flatMap(({ operations }) => operations)) {
    const before = types.get(type) ?? { count: 0, seconds: 0 };
    types.set(type, { count: before.count + 1, seconds: before.seconds + seconds });
  }
  return Object.fromEntries(types);
}

function spanOf({ operations }: TracedCall): number {
  return operations.reduce((end, { start, seconds }) => Math.max(end, start + seconds), 0);
}

/** The parts of a trace that are read. */
export interface OperationTable {
  /** `'training step', one call of 512.3 ms` */
  readonly title: string;
  /** Lists TensorFlow's operations by kind, the longest first. */
  readonly text: string;
}

/**
 * Returns a table for each function of a trace: TensorFlow's operations by kind, the longest first, with their share of
 * the total.
 *
 * @param rows maximum number of rows per table; omitted rows are counted.
 */
export function operationTables(traced: readonly TracedCall[], rows: number): OperationTable[] {
  return byFunction(traced).map((times) => ({
    title: titleOf(times),
    text: tableText('operation', times.types, times.operationSeconds, rows),
  }));
}

function titleOf({ name, calls, seconds }: FunctionTimes): string {
  const many = calls === 1 ? 'one call' : `${calls} calls`;
  return `'${name}', ${many} of ${((1000 * seconds) / calls).toFixed(1)} ms`;
}

/** Returns a table of times, the longest first, with each one's share of `total`. */
export function tableText(
  title: string,
  times: Readonly<Record<string, Spent>>,
  total: number,
  limit: number,
): string {
  const sorted = Object.entries(times).sort(([, a], [, b]) => b.seconds - a.seconds);
  const rows = sorted
    .slice(0, limit)
    .map(([name, { count, seconds }]) => [
      name,
      String(count),
      (1000 * seconds).toFixed(1),
      ((1000 * seconds) / count).toFixed(3),
      total === 0 ? '–' : `${((100 * seconds) / total).toFixed(1)}%`,
    ]);
  const table = [[title, 'count', 'total ms', 'mean ms', 'share'], ...rows];
  const widths = table.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(cell.length, widest[column] ?? 0)),
    [],
  );
  const lines = table.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  const left = sorted.length - rows.length;
  return [...lines, ...(left > 0 ? [`and ${left} more`] : [])].join('\n');
}
