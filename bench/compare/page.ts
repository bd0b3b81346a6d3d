import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FulgurError, messageOf } from '../../src/errors';
import { chartOf } from './chart';
import type { Row } from './row';
import { tablesOf } from './tables';

/** Rows by the page's section. */
export type Results = Readonly<Record<string, readonly Row[]>>;

/** The page of the figures, its chart, and the file that both are made from. */
export class Page {
  private readonly text: string;
  private readonly chart: string;
  private readonly figures: string;

  constructor(
    folder: string,
    /** The rows of each section, in order; others are dropped, for nothing measures them any more. */
    private readonly names: Readonly<Record<string, readonly string[]>>,
  ) {
    this.text = join(folder, 'performance.md');
    this.chart = join(folder, 'images/performance.svg');
    this.figures = join(folder, 'performance.json');
  }

  /**
   * What would stop `add` stops here, before an hour of measuring.
   *
   * @throws FulgurError `config` where a file cannot be read, or the page lacks a section.
   */
  check(): void {
    this.render(this.read());
  }

  /** Puts rows into a section, instead of those of the same names; all other rows stay. */
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
        fix: 'Restore the file, or delete it to measure all anew.',
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

/** The rows of these names in their order, the fresh ones before the stored. */
export function mergeRows(stored: readonly Row[], fresh: readonly Row[], names: readonly string[]): Row[] {
  const all = [...fresh, ...stored];
  return names.flatMap((name) => all.find((row) => row.name === name) ?? []);
}

/**
 * The page with another text between a section's two marks.
 *
 * @throws FulgurError `config` where they are not there.
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
      fix: `Put the lines ${begin} and ${end} where it belongs.`,
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

/** In one go: an interrupted run leaves the old file or the new one. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}
