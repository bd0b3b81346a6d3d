import { judgeMemory, judgeTime } from './aims';
import type { Verdict } from './aims';
import { timesAsFast, timesAsMuch } from './row';
import type { Figure, Row, Spread } from './row';

const units: Readonly<Record<Figure, string>> = {
  meanSecondsPerStep: 's a step',
  medianSeconds: 's a step',
  imagesPerSecondPerCore: 'images per core-second',
  firstStepSeconds: 's',
  secondsToFirstUpdate: 's',
};

/** Returns rows as Markdown: for each machine, its description and then tables of times and memory. */
export function tablesOf(rows: readonly Row[]): string {
  const machines = [...new Set(rows.map(({ machine }) => machine))];
  return machines
    .map((machine) => {
      const own = rows.filter((row) => row.machine === machine);
      return [`${machine}; ${datesOf(own)}.`, ...timeTables(own)].join('\n\n');
    })
    .join('\n\n');
}

function timeTables(rows: readonly Row[]): string[] {
  const beside = rows.filter(({ peers }) => peers !== null);
  const alone = rows.filter(({ peers }) => peers === null);
  const withMemory = beside.filter((row) => timesAsMuch(row) !== null);
  return [
    table(
      ['', 'unit', 'turns', 'Fulgur', 'peer', 'times as fast', 'aim', ''],
      beside.map((row) => [
        row.name,
        units[row.figure],
        String(row.turns),
        spreadText(row.ours.figure),
        spreadText(row.peers?.figure ?? null),
        (timesAsFast(row) ?? NaN).toFixed(2),
        ...verdictCells(judgeTime(row)),
      ]),
    ),
    table(
      ['peak memory, MiB', 'Fulgur', 'peer', 'times as much', 'aim, at most', ''],
      withMemory.map((row) => [
        row.name,
        spreadText(row.ours.mebibytes),
        spreadText(row.peers?.mebibytes ?? null),
        (timesAsMuch(row) ?? NaN).toFixed(2),
        ...verdictCells(judgeMemory(row)),
      ]),
    ),
    table(
      ['', 'unit', 'turns', 'Fulgur', 'aim, at most', ''],
      alone.map((row) => [
        row.name,
        units[row.figure],
        String(row.turns),
        spreadText(row.ours.figure),
        ...verdictCells(judgeTime(row)),
      ]),
    ),
  ].filter((text) => text !== '');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** `0.549 (0.531–0.560)`: the median, minimum and maximum of the turns. */
function spreadText(spread: Spread | null): string {
  if (spread === null) return '';
  const { median, min, max } = spread;
  const digits = median >= 100 ? 0 : median >= 10 ? 1 : 3;
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}

function verdictCells(verdict: Verdict | null): [string, string] {
  if (verdict === null) return ['', ''];
  return [String(Number(verdict.aim.toFixed(2))), verdict.isMet ? 'met' : '**falls short**'];
}

function datesOf(rows: readonly Row[]): string {
  const dates = rows.map(({ date }) => date).sort();
  const [first = ''] = dates;
  const last = dates.at(-1) ?? first;
  return first === last ? first : `${first} to ${last}`;
}
