import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { FulgurError } from '../errors';
import { writeWhole } from '../system';
import { readRun } from './read-run';
import { reportPage } from './report-page';
import type { ReportedRun } from './reported-run';
import { labelsOf } from './run-labels';

export interface ReportRequest {
  /** Folders of runs; the others are compared with the first. */
  readonly folders: readonly string[];
  /** The file to write; `null` for `report.html` in the run's folder, or for several runs in the current folder. */
  readonly out: string | null;
  /** Fulgur's version. */
  readonly version: string;
}

/** The result of writing. */
export interface WrittenReport {
  readonly path: string;
  readonly bytes: number;
  readonly runs: readonly ReportedRun[];
}

/**
 * Writes a report of finished runs as one HTML file that opens from the disk and loads nothing. It reads run folders
 * and does not start the engine.
 *
 * @throws FulgurError `data` if a folder is not that of a run, or the file cannot be written.
 */
export async function writeReport({ folders, out, version }: ReportRequest): Promise<WrittenReport> {
  const found = await Promise.all(folders.map(readRun));
  const labels = labelsOf(found);
  const runs = found.map((run, index) => ({ ...run, label: labels[index] ?? run.folder }));
  const path = resolve(out ?? join(runs.length === 1 ? (runs[0]?.folder ?? '.') : '.', 'report.html'));
  await requireFilePlace(path);
  const bytes = Buffer.from(await reportPage(runs, { at: new Date(), by: version }));
  await writeWhole(path, bytes);
  return { path, bytes: bytes.length, runs };
}

async function requireFilePlace(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory() !== true) return;
  throw new FulgurError('config', {
    what: `${path} is a folder, but the report is a single file.`,
    fix: `Name a file, such as ${join(path, 'report.html')}.`,
  });
}

/**
 * Returns the newest run of an experiment, by its number.
 *
 * @throws FulgurError `data` if there is none.
 */
export async function newestRun(root: string, experiment: string): Promise<string> {
  const parent = resolve(root, experiment);
  const names = await readdir(parent).catch(() => []);
  const numbers = names.flatMap((name) => /^version_(\d{1,15})$/.exec(name)?.slice(1).map(Number) ?? []);
  const newest = Math.max(...numbers);
  if (numbers.length > 0) return join(parent, `version_${newest}`);
  throw new FulgurError('data', {
    what: `No run was found in ${parent}.`,
    fix: 'Train first, or name the folder of a run: report runs/fastsiam/version_0.',
  });
}
