import { Plugin, inject, tokens } from '../../src';
import type { Notify, RunEventSource, RunFolder } from '../../src';
import { RowFileLogger } from '../shared/row-file-logger';
import { MetricsFile } from './metrics-file';
import type { CsvLoggerSettings } from './options';

/** Writes the run's rows to a table. */
@Plugin({ name: 'csv-logger', ranks: 'first' })
export class CsvLogger extends RowFileLogger {
  constructor(
    @inject(tokens.pluginOptions) { fileName }: CsvLoggerSettings,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) folder: RunFolder,
    @inject(tokens.notify) notify: Notify,
  ) {
    super(new MetricsFile(folder.resolve(fileName)), events, notify);
  }
}
