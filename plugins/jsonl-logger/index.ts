import { z } from 'zod';
import { Plugin, definePlugin, inject, tokens } from '../../src';
import type { MetricRow, Notify, PluginDescriptor, PluginFolder, RunEventSource } from '../../src';
import { jsonLine, parseObject, wholeLines } from '../shared/json-lines';
import { fileNameOption } from '../shared/options';
import { RowFile, RowFileLogger } from '../shared/row-logger';
import type { KeepRow } from '../shared/row-logger';

const schema = z.strictObject({
  /** Name of the file in the run folder. */
  fileName: fileNameOption('metrics.jsonl'),
});

/** Options of `jsonlLogger()`. */
export type JsonlLoggerOptions = z.input<typeof schema>;

/** Writes the run's rows as lines of JSON. */
@Plugin({ name: 'jsonl-logger', help: 'metrics.jsonl', ranks: 'first', options: schema })
export class JsonlLogger extends RowFileLogger {
  constructor(
    @inject(tokens.pluginOptions) { fileName }: z.output<typeof schema>,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) notify: Notify,
  ) {
    super(new JsonlFile(folder.claim(fileName)), events, notify);
  }
}

/**
 * Records every logged metric in `metrics.jsonl` in the run folder, with one JSON object per logging event:
 *
 *     {"epoch":0,"step":50,"kind":"step","values":{"train_loss_ssl":-0.41}}
 *
 * JSON has no numbers for NaN and the infinities: they are written as the strings `"NaN"`, `"Infinity"` and
 * `"-Infinity"`, which `Number()` in JavaScript and `float()` in Python can read. A run that was killed and resumed
 * produces the same file, byte for byte, as one that was not.
 *
 * ```ts
 * plugins: [jsonlLogger()]
 * ```
 */
export function jsonlLogger(options: JsonlLoggerOptions = {}): PluginDescriptor {
  return definePlugin(JsonlLogger, options);
}

/** A file of metrics with one JSON object per line. */
export class JsonlFile extends RowFile {
  override async reopen(keep: KeepRow): Promise<number> {
    const text = await this.file.read();
    if (text === null) return 0;
    const kept = wholeLines(text).filter((line, index) =>
      keep(index, Number(parseObject(line, this.path, index + 1)['step'])),
    );
    // Kept lines are not rewritten, since a rewritten number might have different digits.
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
