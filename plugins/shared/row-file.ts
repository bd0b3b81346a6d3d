import type { MetricRow } from '../../src';
import { AppendedFile } from './appended-file';
import { WaitingRows } from './waiting-rows';

/** Chooses rows by their place, from 0, and their step. */
export type KeepRow = (index: number, step: number) => boolean;

/** A file of metrics, a row a logging moment. Rows wait in memory until `flush`. */
export abstract class RowFile {
  protected readonly file: AppendedFile;
  /** Rows in the file. */
  protected written = 0;
  private readonly waiting = new WaitingRows();

  constructor(path: string) {
    this.file = new AppendedFile(path, () => this.waiting.count);
  }

  get path(): string {
    return this.file.path;
  }

  /** Rows in the file and waiting. */
  get rowCount(): number {
    return this.written + this.waiting.count;
  }

  add(row: MetricRow): void {
    this.waiting.add(row);
  }

  /**
   * Goes on with the file that is there, if any: keeps the rows that `keep` chooses, and drops a half-written last one.
   *
   * @returns how many rows were kept.
   */
  abstract reopen(keep: KeepRow): Promise<number>;

  /**
   * Writes the waiting rows to the disk. When that fails they go on waiting.
   *
   * @throws FulgurError `plugin`, naming the file.
   */
  async flush(): Promise<void> {
    await this.waiting.drain((rows) => this.write(rows));
  }

  /** Flushes, and returns only when the file would survive a power cut. */
  async sync(): Promise<void> {
    await this.flush();
    await this.file.sync();
  }

  /** Adds rows to the file and to `written`, or throws and adds none. */
  protected abstract write(rows: readonly MetricRow[]): Promise<void>;
}
