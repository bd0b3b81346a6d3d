import type { MetricRow } from '../../src';
import { AppendedFile } from '../shared/appended-file';
import type { RowSink } from '../shared/row-logger';
import { WaitingRows } from '../shared/waiting-rows';
import { scalarsEvent } from './events';
import { tfRecord } from './tf-record';

/** A row with the time at which it was logged, in seconds since 1970. */
export interface TimedRow extends Pick<MetricRow, 'step' | 'values'> {
  readonly time: number;
}

/** An event file of TensorBoard. Events wait in memory until `flush`, and for `open`. */
export class EventFile implements RowSink {
  private file: AppendedFile | null = null;
  private readonly waiting = new WaitingRows<Buffer>();
  private newest: TimedRow[] = [];

  /** Rows of the highest step so far. */
  get newestRows(): readonly TimedRow[] {
    return this.newest;
  }

  open(path: string): void {
    this.file = new AppendedFile(path, () => this.waiting.count);
  }

  add({ step, values }: MetricRow): void {
    this.addTimed({ time: Date.now() / 1000, step, values });
  }

  addTimed(row: TimedRow): void {
    if (this.newest[0]?.step !== row.step) this.newest = [];
    this.newest.push(row);
    this.addEvent(scalarsEvent(row, row.values));
  }

  addEvent(event: Buffer): void {
    this.waiting.add(tfRecord(event));
  }

  async flush(): Promise<void> {
    const { file } = this;
    if (file !== null) await this.waiting.drain((records) => file.append(Buffer.concat(records)));
  }

  async sync(): Promise<void> {
    await this.flush();
    await this.file?.sync();
  }
}
