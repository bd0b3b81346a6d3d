import { z } from 'zod';
import { FulgurError, Plugin, definePlugin, inject, tokens } from '../../src';
import type { MetricRow, Notify, PluginDescriptor, PluginFolder, RunEventSource } from '../../src';
import { fileNameOption } from '../shared/options';
import { RowFile, RowFileLogger } from '../shared/row-logger';
import type { KeepRow } from '../shared/row-logger';

const schema = z.strictObject({
  /** Name of the file in the run folder. */
  fileName: fileNameOption('metrics.csv'),
});

/** Options of `csvLogger()`. */
export type CsvLoggerOptions = z.input<typeof schema>;

/** Writes the run's rows to a table. */
@Plugin({ name: 'csv-logger', help: 'metrics.csv', ranks: 'first', options: schema })
export class CsvLogger extends RowFileLogger {
  constructor(
    @inject(tokens.pluginOptions) { fileName }: z.output<typeof schema>,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) notify: Notify,
  ) {
    super(new MetricsFile(folder.claim(fileName)), events, notify);
  }
}

/**
 * Records every logged metric in `metrics.csv` in the run folder, with one row per logging event and the columns
 * `epoch`, `step` and one per metric, in order of first appearance. A run that was killed and resumed produces the same
 * file, byte for byte, as one that was not.
 *
 * ```ts
 * plugins: [csvLogger()]
 * ```
 */
export function csvLogger(options: CsvLoggerOptions = {}): PluginDescriptor {
  return definePlugin(CsvLogger, options);
}

/** Columns that every row has; the others are metrics. */
const fixedColumns = ['epoch', 'step'];

/** A CSV file of metrics. When a row brings a new metric, the file is rewritten with a wider header. */
export class MetricsFile extends RowFile {
  private names: string[] = [];

  /** Keeps only the columns that the kept rows use. */
  override async reopen(keep: KeepRow): Promise<number> {
    const text = await this.file.read();
    if (text === null) return 0;
    const [header = fixedColumns, ...rows] = csvRecords(text);
    const ragged = rows.findIndex((row) => row.length !== header.length);
    if (ragged >= 0) {
      throw new FulgurError('plugin', {
        what: `${this.path} has ${rows[ragged]?.length ?? 0} fields instead of ${header.length} in row ${ragged + 1}.`,
        fix: 'Repair the row, or move the file away.',
      });
    }
    const kept = rows.filter((row, index) => keep(index, Number(row[1])));
    const used = header.map(
      (_, column) => column < fixedColumns.length || kept.some((row) => row[column] !== ''),
    );
    const inUse = (_: string, column: number) => used[column] === true;
    await this.rewrite(
      header.filter(inUse).slice(fixedColumns.length),
      kept.map((row) => row.filter(inUse)),
    );
    return kept.length;
  }

  protected override async write(rows: readonly MetricRow[]): Promise<void> {
    const names = [...new Set([...this.names, ...rows.flatMap((row) => Object.keys(row.values))])];
    const records = rows.map((row) => recordOf(row, names));
    if (names.length === this.names.length && this.written > 0) {
      await this.file.append(Buffer.from(records.map(csvLine).join('')));
      this.written += records.length;
      return;
    }
    const before = await this.writtenRows();
    const wide = before.map((row) => [...row, ...Array<string>(names.length - this.names.length).fill('')]);
    await this.rewrite(names, [...wide, ...records]);
  }

  private async writtenRows(): Promise<string[][]> {
    if (this.written === 0) return [];
    const rows = csvRecords((await this.file.read()) ?? '').slice(1, this.written + 1);
    if (rows.length === this.written) return rows;
    throw new FulgurError('plugin', {
      what: `${this.path} has ${rows.length} rows, but ${this.written} were written to it.`,
      why: 'Another program shortened it.',
      fix: 'Keep other programs from writing to the run folder, then resume with --resume last.',
    });
  }

  private async rewrite(names: string[], records: readonly string[][]): Promise<void> {
    const lines = [[...fixedColumns, ...names], ...records].map(csvLine);
    await this.file.replace(Buffer.from(lines.join('')));
    this.names = names;
    this.written = records.length;
  }
}

function recordOf({ epoch, step, values }: MetricRow, names: readonly string[]): string[] {
  const cells = names.map((name) => cellOf(Object.hasOwn(values, name) ? values[name] : undefined));
  return [String(epoch), String(step), ...cells];
}

/** Writes a number as Python does, and so as pandas and Lightning's logger do. */
function cellOf(value: number | undefined): string {
  if (value === undefined) return '';
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** One line of CSV quoted as in RFC 4180, but ended by a line feed alone, as Unix tools expect. */
export function csvLine(fields: readonly string[]): string {
  return `${fields.map(quoted).join(',')}\n`;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}

/** Parses a CSV text. A last record without a line end, left by a killed process, is ignored. */
export function csvRecords(text: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  let field = '';
  let inQuotes = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (inQuotes) {
      if (character !== '"') field += character;
      else if (text.charAt(i + 1) === '"') {
        field += '"';
        i++;
      } else inQuotes = false;
    } else if (character === '"') inQuotes = true;
    else if (character === ',' || character === '\n') {
      fields.push(field);
      field = '';
      if (character === '\n') {
        records.push(fields);
        fields = [];
      }
    } else if (character !== '\r') field += character;
  }
  return records;
}
