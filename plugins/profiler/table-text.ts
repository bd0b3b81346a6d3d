import type { Spent } from './phase-clock';

/** A table of times, the longest first, with the share of `total` that each is. */
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
