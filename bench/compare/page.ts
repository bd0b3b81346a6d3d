import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FulgurError, messageOf } from '../../src/errors';
import { chartOf } from './chart';
import type { Row } from './row';
import { tablesOf } from './tables';

/** Rows by section of the page. */
export type Results = Readonly<Record<string, readonly Row[]>>;

/** The page of figures, its chart, and the file from which both are made. */
export class Page {
  private readonly text: string;
  private readonly chart: string;
  private readonly figures: string;

  constructor(
    folder: string,
    /** The rows of each section, in order; others are dropped, since nothing measures them any more. */
    private readonly names: Readonly<Record<string, readonly string[]>>,
  ) {
    this.text = join(folder, 'performance.md');
    this.chart = join(folder, 'images/performance.svg');
    this.figures = join(folder, 'performance.json');
  }

  /**
   * Detects problems that would make `add` fail, before an hour of measuring.
   *
   * @throws FulgurError `config` if a file cannot be read, or the page lacks a section.
   */
  check(): void {
    this.render(this.read());
  }

  /** Writes rows to a section, replacing those with the same names; all other rows are kept. */
  add(section: string, rows: readonly Row[]): void {
    const stored = this.read();
    const names = this.names[section] ?? [];
    const results = { ...stored, [section]: mergeRows(stored[section] ?? [], rows, names) };
    const page = this.render(results);
    write(this.figures, `${JSON.stringify(results, null, 1)}\n`);
    write(this.chart, chartOf(Object.keys(this.names).flatMap((name) => results[name] ?? [])));
    write(this.text, page);
  }

  private read(): Results {
    const text = readText(this.figures, '{}');
    try {
      return JSON.parse(text) as Results;
    } catch (cause) {
      throw new FulgurError('config', {
        what: `The figures in ${this.figures} cannot be read.`,
        why: `${messageOf(cause)}.`,
        fix: 'Restore the file, or delete it to measure everything again.',
        cause,
      });
    }
  }

  private render(results: Results): string {
    return Object.keys(this.names).reduce(
      (page, section) => replaceSection(page, section, tablesOf(results[section] ?? [])),
      readText(this.text, ''),
    );
  }
}

/** Returns the rows with these names in order, preferring fresh rows to stored ones. */
export function mergeRows(stored: readonly Row[], fresh: readonly Row[], names: readonly string[]): Row[] {
  const all = [...fresh, ...stored];
  return names.flatMap((name) => all.find((row) => row.name === name) ?? []);
}

/**
 * Replaces the text between a section's two marks.
 *
 * @throws FulgurError `config` if they are missing.
 */
export function replaceSection(page: string, section: string, text: string): string {
  const [begin, end] = ['begin', 'end'].map((word) => `<!-- compare:${word} ${section} -->`) as [
    string,
    string,
  ];
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from === -1 || to < from) {
    throw new FulgurError('config', {
      what: `The page of the figures has no section '${section}'.`,
      fix: `Insert the lines ${begin} and ${end} where it belongs.`,
    });
  }
  const body = text === '' ? '' : `\n${text}\n\n`;
  return `${page.slice(0, from + begin.length)}\n${body}${page.slice(to)}`;
}

function readText(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  }
}

/** Atomic: an interrupted run leaves either the old file or the new one. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}
