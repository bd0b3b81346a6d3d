import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parseJson } from '../contracts';
import { messageOf } from '../errors';
import { readRegularFile } from '../system';
import { readEventFiles } from './event-files';
import { MetricCollector } from './metric-collector';
import type { RunMetrics } from './reported-run';

/** Size limit, far above that of any run's metrics; a larger table would not fit into a page anyway. */
const MOST_BYTES = 1 << 30;
const EVENT_FILE = /^events\.out\.tfevents\./;

/** The metrics of a run folder; `metrics` is `null` if it has no logger's file. */
export interface FoundMetrics {
  readonly metrics: RunMetrics | null;
  readonly problems: readonly string[];
}

/**
 * Reads the values that a run's loggers have kept, from the first of these that exists and has values: a table
 * (`csvLogger`), JSON Lines (`jsonlLogger`), TensorBoard's event files. Files are recognised by their contents, since
 * their names can be chosen.
 */
export async function readMetrics(folder: string): Promise<FoundMetrics> {
  const entries = (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const problems: string[] = [];
  const readers = [
    ...files.filter((name) => /\.(csv|tsv|txt)$/i.test(name)).map((name) => ({ name, read: csvMetrics })),
    ...files.filter((name) => /\.jsonl$/i.test(name)).map((name) => ({ name, read: jsonlMetrics })),
  ];
  for (const { name, read } of readers) {
    try {
      const bytes = await readRegularFile(join(folder, name), MOST_BYTES);
      const metrics = read(name, bytes.toString('utf8'));
      if (metrics !== null && metrics.values.size > 0) return { metrics, problems };
    } catch (error) {
      problems.push(`${name} could not be read: ${messageOf(error)}.`);
    }
  }
  for (const name of ['.', ...entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)]) {
    const inside = name === '.' ? files : await namesIn(join(folder, name));
    const events = inside.filter((file) => EVENT_FILE.test(file)).sort();
    if (events.length === 0) continue;
    try {
      const buffers = await Promise.all(
        events.map((file) => readRegularFile(join(folder, name, file), MOST_BYTES)),
      );
      const metrics = readEventFiles(name === '.' ? 'event files' : `${name}/`, buffers);
      if (metrics.values.size > 0) return { metrics, problems };
    } catch (error) {
      problems.push(`${name}/ could not be read: ${messageOf(error)}.`);
    }
  }
  return { metrics: null, problems };
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

/** Returns `null` for any other table. */
function csvMetrics(source: string, text: string): RunMetrics | null {
  if (!text.startsWith('epoch,step')) return null;
  // The last line of a run that was killed, or is still writing, may be incomplete.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const [header = [], ...rows] = parse(whole, { relaxColumnCount: true });
  const names = header.slice(2);
  const collector = new MetricCollector();
  for (const [epoch = '', step = '', ...cells] of rows) {
    const at = { epoch: Number(epoch), step: Number(step) };
    collector.row(
      at,
      cells.flatMap((cell, index) => {
        const name = names[index];
        return cell === '' || name === undefined ? [] : [[name, numberOf(cell)] as const];
      }),
    );
  }
  return collector.metrics(
    source,
    whole.length < text.length ? [`${source} ends with an incomplete line.`] : [],
  );
}

/** Returns `null` for any other lines. */
function jsonlMetrics(source: string, text: string): RunMetrics | null {
  const lines = text.split('\n');
  const isHalf = lines.pop() !== '';
  const collector = new MetricCollector();
  for (const [index, line] of lines.entries()) {
    const row = rowOf(line);
    if (row === null) {
      if (index === 0) return null;
      collector.unreadable += 1;
      continue;
    }
    collector.row({ epoch: row.epoch, step: row.step }, Object.entries(row.values));
  }
  return collector.metrics(source, isHalf ? [`${source} ends with an incomplete line.`] : []);
}

interface JsonRow {
  readonly epoch: number;
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

function rowOf(line: string): JsonRow | null {
  try {
    const row = parseJson(line) as Partial<JsonRow> | null;
    const { epoch, step, values } = row ?? {};
    const isRow = typeof epoch === 'number' && typeof step === 'number' && typeof values === 'object';
    return isRow ? { epoch, step, values } : null;
  } catch {
    return null;
  }
}

/** Accepts Python's `nan`, `inf` and `-inf`, and JavaScript's own names. */
function numberOf(text: string): number {
  const signed = /^([+-]?)inf(inity)?$/i.exec(text);
  if (signed !== null) return signed[1] === '-' ? -Infinity : Infinity;
  return Number(text);
}
