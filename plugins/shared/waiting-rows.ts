import type { MetricRow } from '../../src';

/** Rows between the moment that logs them and the write that makes them last; a write that fails leaves them here. */
export class WaitingRows<Row = MetricRow> {
  private rows: Row[] = [];

  get count(): number {
    return this.rows.length;
  }

  add(row: Row): void {
    this.rows.push(row);
  }

  /** Gives all rows to `write`; those go that it wrote, and not what came meanwhile. */
  async drain(write: (rows: readonly Row[]) => Promise<void>): Promise<void> {
    if (this.rows.length === 0) return;
    const rows = [...this.rows];
    await write(rows);
    this.rows = this.rows.slice(rows.length);
  }
}
