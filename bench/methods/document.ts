import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceSection } from '../compare/page';
import { caseName } from './case';
import { curvesChart, gainsChart } from './charts';
import { plan } from './plan';
import { findingOf } from './records';
import type { Records } from './records';
import { sections } from './tables';

/**
 * Writes what has been found into the marked sections of `methods.md`, and its charts.
 *
 * @returns the cases that are still to be trained, by name.
 * @throws FulgurError `config` where the page lacks a section.
 */
export function writeDocument(folder: string, records: Records): string[] {
  const page = join(folder, 'methods.md');
  const text = Object.entries(sections).reduce(
    (written, [name, section]) => replaceSection(written, name, section(records)),
    readFileSync(page, 'utf8'),
  );
  write(join(folder, 'images/methods-digits.svg'), gainsChart(records));
  write(join(folder, 'images/methods-fastsiam-simsiam.svg'), curvesChart(records));
  write(page, text);
  return plan()
    .flatMap(({ cases }) => cases)
    .filter((one) => findingOf(records, one) === undefined)
    .map(caseName);
}

/** In one go: an interrupted run leaves the old file or the new one. */
function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}
