import { open, readFile, rename, rm } from 'node:fs/promises';
import { FulgurError } from '../../src';
import type { MetricRow } from '../../src';
import { csvLine, csvRecords } from './csv-text';

/** Columns that every row has; the others are metrics. */
const fixedColumns = ['epoch', 'step'];

/** Chooses rows by their place, from 0, and their step. */
export type KeepRow = (index: number, step: number) => boolean;

/**
 * A CSV file of metrics. Rows wait in memory until `flush`; a row that brings a new metric makes the file be written
 * anew with the wider header, aside first, so that a reader always finds a whole file.
 */
export class MetricsFile {
  private names: string[] = [];
  private written = 0;
  /** Length of the file up to the last whole row: a failed write's half row behind it is overwritten. */
  private bytes = 0;
  private pending: MetricRow[] = [];

  constructor(readonly path: string) {}

  /** Rows in the file and waiting. */
  get rowCount(): number {
    return this.written + this.pending.length;
  }

  add(row: MetricRow): void {
    this.pending.push(row);
  }

  /**
   * Goes on with the file that is there, if any: keeps the rows that `keep` chooses, under the columns that these use,
   * and drops a half-written last one.
   *
   * @returns how many rows were kept.
   */
  async reopen(keep: KeepRow): Promise<number> {
    const text = await this.read();
    if (text === null) return 0;
    const [header = fixedColumns, ...rows] = csvRecords(text);
    const ragged = rows.findIndex((row) => row.length !== header.length);
    if (ragged >= 0) {
      throw new FulgurError('plugin', {
        what: `${this.path} has ${rows[ragged]?.length ?? 0} fields instead of ${header.length} in its row ${ragged + 1}.`,
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

  /**
   * Writes the waiting rows to the disk. When that fails they go on waiting.
   *
   * @throws FulgurError `plugin`, naming the file.
   */
  async flush(): Promise<void> {
    if (this.pending.length === 0) return;
    const rows = [...this.pending];
    const names = [...new Set([...this.names, ...rows.flatMap((row) => Object.keys(row.values))])];
    const records = rows.map((row) => recordOf(row, names));
    if (names.length === this.names.length && this.written > 0) await this.append(records);
    else {
      const before =
        this.written === 0 ? [] : csvRecords((await this.read()) ?? '').slice(1, this.written + 1);
      const wide = before.map((row) => [...row, ...Array<string>(names.length - this.names.length).fill('')]);
      await this.rewrite(names, [...wide, ...records]);
    }
    this.pending = this.pending.slice(rows.length);
  }

  /** Flushes, and returns only when the file would survive a power cut. */
  async sync(): Promise<void> {
    await this.flush();
    if (this.written === 0) return;
    await this.guard(async () => {
      const file = await open(this.path, 'r+');
      await file.sync().finally(() => file.close());
    });
  }

  private async append(records: readonly string[][]): Promise<void> {
    const data = Buffer.from(records.map(csvLine).join(''));
    await this.guard(async () => {
      const file = await open(this.path, 'r+');
      try {
        await file.truncate(this.bytes);
        await file.write(data, 0, data.length, this.bytes);
      } finally {
        await file.close();
      }
    });
    this.bytes += data.length;
    this.written += records.length;
  }

  private async rewrite(names: string[], records: readonly string[][]): Promise<void> {
    const data = Buffer.from([[...fixedColumns, ...names], ...records].map(csvLine).join(''));
    const aside = `${this.path}.new`;
    await this.guard(async () => {
      try {
        const file = await open(aside, 'w');
        try {
          await file.writeFile(data);
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(aside, this.path);
      } catch (error) {
        await rm(aside, { force: true });
        throw error;
      }
    });
    this.names = names;
    this.written = records.length;
    this.bytes = data.length;
  }

  private async read(): Promise<string | null> {
    try {
      return await readFile(this.path, 'utf8');
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw new FulgurError('plugin', {
        what: `${this.path} cannot be read: ${(cause as Error).message}.`,
        fix: 'Make the file readable, or move it away.',
        cause,
      });
    }
  }

  private async guard(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (cause) {
      throw new FulgurError('plugin', {
        what: `${this.path} cannot be written: ${(cause as Error).message}.`,
        why: `${this.pending.length} rows of metrics wait in memory; nothing in the file was lost.`,
        fix: 'Free space on the disk or make the folder writable.',
        cause,
      });
    }
  }
}

function recordOf({ epoch, step, values }: MetricRow, names: readonly string[]): string[] {
  const cells = names.map((name) => (Object.hasOwn(values, name) ? String(values[name]) : ''));
  return [String(epoch), String(step), ...cells];
}
