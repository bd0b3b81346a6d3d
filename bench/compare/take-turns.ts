import { join } from 'node:path';
import { FulgurError } from '../../src/errors';
import { callCommand, lastObject } from './call-command';
import { spreadOf } from './row';
import type { Figure, Measured, Row } from './row';

/** The same work for both sides: a script of `bench` and one of `bench/peer`, each with its arguments. */
export interface Comparison {
  readonly name: string;
  readonly ours: readonly string[];
  /** `null` if there is nothing to compare with. */
  readonly peers: readonly string[] | null;
  readonly figure: Figure;
}

export interface Measuring {
  readonly turns: number;
  /** The peer's Python. */
  readonly python: string;
  /** Words before each command, for a program that runs it. */
  readonly under: readonly string[];
  readonly date: string;
  readonly machine: string;
}

type Line = Readonly<Record<string, unknown>>;

/** Runs both sides in turns, so that a machine that slows down in the meantime slows down both. */
export function takeTurns(comparison: Comparison, { turns, python, under, date, machine }: Measuring): Row {
  const { name, figure, peers } = comparison;
  const bench = join(__dirname, '..');
  const [script = '', ...words] = comparison.ours;
  const [peerScript = '', ...peerWords] = peers ?? [];
  const own: Line[] = [];
  const other: Line[] = [];
  const run = (command: readonly string[]): Line => {
    const all = [...under, ...command];
    return lastObject(all, callCommand(all));
  };
  for (let turn = 0; turn < turns; turn++) {
    own.push(run(['npx', 'ts-node', join(bench, script), ...words]));
    if (peers !== null) other.push(run([python, join(bench, 'peer', peerScript), ...peerWords]));
  }
  return {
    name,
    figure,
    turns,
    date,
    machine,
    ours: measured(own, figure, script),
    peers: peers === null ? null : measured(other, figure, peerScript),
  };
}

function measured(lines: readonly Line[], figure: Figure, script: string): Measured {
  const numbers = (key: string): number[] =>
    lines.flatMap((line) => {
      const value = line[key];
      return typeof value === 'number' ? [value] : [];
    });
  const figures = numbers(figure);
  if (figures.length < lines.length) {
    throw new FulgurError('engine', {
      what: `${script} does not report ${figure}.`,
      fix: `Make its last line a JSON object that contains it.`,
    });
  }
  const peaks = numbers('peakRssMiB');
  return { figure: spreadOf(figures), mebibytes: peaks.length === 0 ? null : spreadOf(peaks) };
}
