import { constants } from 'node:fs';
import { lstat, open, readdir, realpath } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';
import { parse as csvReader } from 'csv-parse';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import type { ListedRun, LiveEnd, OtherRun } from '../../src';
import { RunHistory } from './run-history';
import { historyFile, savedHistory } from './saved-history';
import { settingsDifference } from './settings-difference';

/** Depth of the folders that are searched below the root: `group/experiment/version_3`. */
const deepest = 5;
const mostRuns = 500;
const mostFolders = 5000;
const mostConfigBytes = 1 << 20;
const mostHistoryBytes = 1 << 24;
const mostMetricBytes = 1 << 28;
/** Milliseconds for which results are cached for all readers. */
const freshMs = 3000;

/**
 * The runs below one root that a page can show beside its own. A request names a run by a number assigned here, never
 * by a path; links are not followed.
 */
export class OtherRuns {
  /** Runs by number; only the root is resolved, once, as it may be a user's link. */
  private readonly folders: string[] = [];
  private readonly reads = new Map<number, { readonly at: number; readonly run: Promise<OtherRun | null> }>();
  private listing: { readonly at: number; readonly runs: Promise<ListedRun[]> } | null = null;

  /**
   * @param root the folder of all experiments.
   * @param own the folder of the page's own run, which is excluded.
   */
  constructor(
    private readonly root: string,
    private readonly own: string,
    private readonly ownConfig: unknown,
  ) {}

  /** Lists runs of the same experiment first, and the highest version first. */
  list(now = performance.now()): Promise<ListedRun[]> {
    if (this.listing === null || now - this.listing.at > freshMs) {
      this.listing = { at: now, runs: this.find() };
    }
    return this.listing.runs;
  }

  /** Returns `null` if the run does not exist or nothing of it can be shown. */
  read(id: number, now = performance.now()): Promise<OtherRun | null> {
    const folder = this.folders[id];
    if (folder === undefined) return Promise.resolve(null);
    const before = this.reads.get(id);
    if (before !== undefined && now - before.at <= freshMs) return before.run;
    const run = this.readFolder(folder);
    this.reads.delete(id);
    this.reads.set(id, { at: now, run });
    const [oldest] = this.reads.keys();
    if (this.reads.size > 4 && oldest !== undefined) this.reads.delete(oldest);
    return run;
  }

  private async find(): Promise<ListedRun[]> {
    const root = await realpath(this.root);
    const own = await realpath(this.own);
    const found: string[] = [];
    let waiting = [root];
    let looked = 0;
    for (let depth = 0; depth < deepest && waiting.length > 0; depth++) {
      const next: string[] = [];
      for (const folder of waiting) {
        if (++looked > mostFolders) break;
        for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
          if (!entry.isDirectory()) continue;
          const path = join(folder, entry.name);
          if (!/^version_\d{1,15}$/.test(entry.name)) next.push(path);
          else if (path !== own) found.push(path);
        }
      }
      waiting = next;
    }
    const isKin = (path: string): number => Number(dirname(path) === dirname(own));
    found.sort((a, b) => isKin(b) - isKin(a) || b.localeCompare(a, 'en', { numeric: true }));
    return found
      .slice(0, mostRuns)
      .map((path) => ({ id: this.idOf(path), name: relative(root, path).replaceAll(sep, '/') }));
  }

  private idOf(folder: string): number {
    const known = this.folders.indexOf(folder);
    return known >= 0 ? known : this.folders.push(folder) - 1;
  }

  private async readFolder(folder: string): Promise<OtherRun | null> {
    const shown = (await keptByPage(folder)) ?? (await fromRows(folder));
    if (shown === null) return null;
    const config = await textOf(folder, await newestConfig(folder), mostConfigBytes);
    return {
      name: relative(await realpath(this.root), folder).replaceAll(sep, '/'),
      ...shown,
      differences: config === null ? [] : settingsDifference(this.ownConfig, plainYaml(config)),
    };
  }
}

type Shown = Pick<OtherRun, 'curves'> & { readonly end: LiveEnd | null };

/** Reads the history that the run's own page has saved. */
async function keptByPage(folder: string): Promise<Shown | null> {
  const text = await textOf(folder, historyFile, mostHistoryBytes);
  const read = savedHistory.safeParse(text === null ? null : parsed(text));
  if (!read.success) return null;
  const history = new RunHistory();
  history.restore(read.data.curves);
  return { curves: history.points(), end: read.data.end };
}

/** Reads the rows of the loggers of a run without a page. */
async function fromRows(folder: string): Promise<Shown | null> {
  const history = new RunHistory();
  const found = (await readJsonLines(folder, history)) || (await readCsv(folder, history));
  return found ? { curves: history.points(), end: null } : null;
}

const jsonRow = z.object({
  step: z.number(),
  kind: z.enum(['step', 'epoch']),
  values: z.record(z.string(), z.union([z.number(), z.string().transform(Number)])),
});

async function readJsonLines(folder: string, history: RunHistory): Promise<boolean> {
  const stream = await streamOf(folder, 'metrics.jsonl');
  if (stream === null) return false;
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    const row = jsonRow.safeParse(parsed(line));
    if (row.success) history.addRow(row.data);
  }
  return true;
}

async function readCsv(folder: string, history: RunHistory): Promise<boolean> {
  const stream = await streamOf(folder, 'metrics.csv');
  if (stream === null) return false;
  const options = { columns: true, skip_records_with_error: true, relax_column_count: true } as const;
  for await (const record of stream.pipe(csvReader(options))) {
    const { step, ...cells } = record as Readonly<Record<string, string>>;
    const at = Number(step);
    if (step === undefined || step === '' || !Number.isFinite(at)) continue;
    for (const [name, cell] of Object.entries(cells)) {
      // The table does not record which rows belong to epochs.
      if (cell !== '' && name !== 'epoch') history.add(name, 'step', at, Number(cell));
    }
  }
  return true;
}

async function streamOf(folder: string, name: string) {
  const file = await openInside(folder, name);
  // Rows written in the meantime are read next time.
  return file === null ? null : file.createReadStream({ start: 0, end: mostMetricBytes, encoding: 'utf8' });
}

async function textOf(folder: string, name: string, mostBytes: number): Promise<string | null> {
  const file = await openInside(folder, name);
  if (file === null) return null;
  try {
    if ((await file.stat()).size > mostBytes) return null;
    return (await file.readFile()).toString('utf8');
  } finally {
    await file.close();
  }
}

/** Reads the options of the last start: a resumed run has `config_1.yaml` and so on beside its first file. */
async function newestConfig(folder: string): Promise<string> {
  const starts = (await readdir(folder).catch(() => [])).map((name) =>
    Number(/^config_(\d{1,6})\.yaml$/.exec(name)?.[1] ?? 0),
  );
  const last = starts.reduce((most, start) => Math.max(most, start), 0);
  return last === 0 ? 'config.yaml' : `config_${last}.yaml`;
}

/** Opens a regular file whose path contains no link; returns `null` for anything else. */
async function openInside(folder: string, name: string) {
  const path = join(folder, ...name.split('/'));
  try {
    if ((await realpath(path)) !== path || !(await lstat(path)).isFile()) return null;
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return null;
  } catch {
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function plainYaml(text: string): unknown {
  try {
    return parseYaml(text);
  } catch {
    return null;
  }
}
