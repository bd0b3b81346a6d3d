import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { csvRecords } from '../../plugins/csv-logger';
import { MetricsFile } from '../../plugins/csv-logger';
import { JsonlFile } from '../../plugins/jsonl-logger';
import { epochBar, epochLine } from '../../plugins/progress-bar/phrases';
import { jsonText, parseJson } from '../../src/contracts';
import type { MetricRow } from '../../src/contracts';
import type { RandomStream } from '../../src/engine/random';
import { shown } from '../../src/system';
import { number, times, wellFormed, word } from './draws';
import { accepted, defect, refusalOf } from './outcome';
import type { Group, Outcome } from './outcome';

/** Rows of metrics with any names and numbers: both files must return them, and they must not control a terminal. */
export const metrics: Group = {
  name: 'metrics',
  limit: 5000,
  async run(draw) {
    const folder = await mkdtemp(join(tmpdir(), 'fulgur-fuzz-'));
    try {
      const rows = times(1 + draw.below(5), (index) => drawRow(draw, index));
      return (await csv(folder, rows)) ?? (await jsonl(folder, rows)) ?? terminal(rows) ?? accepted;
    } catch (error) {
      return refusalOf(error);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

function drawRow(draw: RandomStream, step: number): MetricRow {
  const entries = times(draw.below(4), () => [nameOf(draw), number(draw)] as const);
  return { kind: draw.chance(0.5) ? 'step' : 'epoch', epoch: 0, step, values: Object.fromEntries(entries) };
}

/** Files are in UTF-8, which has no half characters. */
function nameOf(draw: RandomStream): string {
  const name = wellFormed(word(draw));
  return name === 'epoch' || name === 'step' ? `${name}_` : name;
}

async function csv(folder: string, rows: readonly MetricRow[]): Promise<Outcome | null> {
  const file = new MetricsFile(join(folder, 'metrics.csv'));
  for (const row of rows) {
    file.add(row);
    await file.flush();
  }
  const [header = [], ...records] = csvRecords(await readFile(file.path, 'utf8'));
  if (records.length !== rows.length) return defect(`CSV gives ${records.length} rows of ${rows.length}`);
  for (const [index, { values }] of rows.entries()) {
    const cells = header.map((name, column) => [name, records[index]?.[column] ?? ''] as const).slice(2);
    const read = Object.fromEntries(
      cells.filter(([, cell]) => cell !== '').map(([name, cell]) => [name, numberOf(cell)]),
    );
    if (!same(read, values)) return defect('CSV gives other values');
  }
  const again = new MetricsFile(file.path);
  const kept = await again.reopen(() => true);
  return kept === rows.length ? null : defect(`CSV reopens with ${kept} rows of ${rows.length}`);
}

async function jsonl(folder: string, rows: readonly MetricRow[]): Promise<Outcome | null> {
  const file = new JsonlFile(join(folder, 'metrics.jsonl'));
  rows.forEach((row) => file.add(row));
  await file.flush();
  const lines = (await readFile(file.path, 'utf8')).split('\n').slice(0, -1);
  if (lines.length !== rows.length) return defect(`JSON Lines has ${lines.length} rows of ${rows.length}`);
  for (const [index, { values }] of rows.entries()) {
    const read = parseJson(lines[index] ?? '') as unknown as MetricRow;
    if (!same(read.values, values)) return defect('JSON Lines gives other values');
  }
  return null;
}

function terminal(rows: readonly MetricRow[]): Outcome | null {
  const standing = { done: 3, total: 9, elapsedSeconds: 2, secondsPerBatch: 0.5 };
  const texts = rows.flatMap(({ values }) => [
    epochLine(1, standing, values),
    epochBar(1, standing, values, 80),
  ]);
  // eslint-disable-next-line no-control-regex
  const moving = texts.map(shown).find((text) => /[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/.test(text));
  return moving === undefined ? null : defect('a name moves the terminal');
}

function numberOf(cell: string): number {
  const named: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
  return named[cell] ?? Number(cell);
}

function same(read: Readonly<Record<string, number>>, values: Readonly<Record<string, number>>): boolean {
  const sorted = (record: Readonly<Record<string, number>>): string =>
    jsonText(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  return sorted(read) === sorted(values);
}
