import type { Row, Spread } from '../../../bench/compare/row';

export function spread(median: number, reach = 0): Spread {
  return { median, min: median - reach, max: median + reach };
}

/** A row of 3 turns on 'a machine'; both sides took a second. */
export function rowOf(parts: Partial<Row> = {}): Row {
  return {
    name: 'a row',
    figure: 'medianSeconds',
    turns: 3,
    date: '2026-01-02',
    machine: 'a machine',
    ours: { figure: spread(1), mebibytes: null },
    peers: { figure: spread(1), mebibytes: null },
    ...parts,
  };
}
