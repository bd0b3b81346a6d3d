import { randomUUID } from 'node:crypto';
import type { MetricRow } from '../../src';
import { jsonLine, parseObject, wholeLines } from '../shared/json-lines';
import { RowSink } from '../shared/row-logger';

/** A row with the time at which it was logged, in milliseconds since 1970. */
export interface JournalRow extends MetricRow {
  readonly time: number;
}

/**
 * The file of all rows meant for the server. What a resumed run sends once more has the same times, by which MLflow
 * knows it; and a point that a killed run recorded after its checkpoint is not recorded anew, since MLflow cannot take
 * back the one that it may have got.
 */
export class Journal extends RowSink<JournalRow> {
  /** Points of earlier starts that may come again. */
  private readonly known = new Set<string>();

  /** @param onWritten gets the rows that are in the file. */
  constructor(
    path: string,
    private readonly onWritten: (rows: readonly JournalRow[]) => void,
  ) {
    super(path);
  }

  /**
   * Begins the file, or goes on with the one that is there, without a half-written last line.
   *
   * @param resumedStep from which on points may come again.
   * @returns what names the run among all, and the rows of earlier starts.
   */
  async reopen(resumedStep: number | null): Promise<{ launch: string; rows: readonly JournalRow[] }> {
    const lines = wholeLines((await this.file.read()) ?? '');
    const [head, ...objects] = lines.map((line, index) => parseObject(line, this.path, index + 1));
    const launch = typeof head?.['launch'] === 'string' ? head['launch'] : randomUUID();
    const rows = objects as unknown as readonly JournalRow[];
    const text = head === undefined ? jsonLine({ launch }) : lines.map((line) => `${line}\n`).join('');
    await this.file.replace(Buffer.from(text));
    for (const { step, values } of rows.filter(({ step }) => step >= (resumedStep ?? 0))) {
      for (const name of Object.keys(values)) this.known.add(pointName(step, name));
    }
    return { launch, rows };
  }

  override add({ kind, epoch, step, values }: MetricRow): void {
    const fresh = Object.entries(values).filter(([name]) => !this.known.has(pointName(step, name)));
    if (fresh.length > 0) {
      this.keep({ time: Date.now(), epoch, step, kind, values: Object.fromEntries(fresh) });
    }
  }

  protected override async write(rows: readonly JournalRow[]): Promise<void> {
    await this.file.append(Buffer.from(rows.map(jsonLine).join('')));
    this.onWritten(rows);
  }
}

function pointName(step: number, name: string): string {
  return `${step} ${name}`;
}
