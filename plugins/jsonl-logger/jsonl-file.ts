import type { MetricRow } from '../../src';
import { jsonLine, parseObject, wholeLines } from '../shared/json-lines';
import { RowFile } from '../shared/row-file';
import type { KeepRow } from '../shared/row-file';

/** A file of metrics, one JSON object a line. */
export class JsonlFile extends RowFile {
  override async reopen(keep: KeepRow): Promise<number> {
    const text = await this.file.read();
    if (text === null) return 0;
    const kept = wholeLines(text).filter((line, index) =>
      keep(index, Number(parseObject(line, this.path, index + 1)['step'])),
    );
    // The kept lines stay as they are: a number written anew might have other digits.
    await this.file.replace(Buffer.from(kept.map((line) => `${line}\n`).join('')));
    this.written = kept.length;
    return kept.length;
  }

  protected override async write(rows: readonly MetricRow[]): Promise<void> {
    await this.file.append(Buffer.from(rows.map(lineOf).join('')));
    this.written += rows.length;
  }
}

function lineOf({ epoch, step, kind, values }: MetricRow): string {
  return jsonLine({ epoch, step, kind, values });
}
