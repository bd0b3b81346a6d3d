import { Plugin, inject, tokens } from '../../src';
import type { Notify, RunEventSource, PluginFolder } from '../../src';
import { RowFileLogger } from '../shared/row-file-logger';
import { MetricsFile } from './metrics-file';
import type { CsvLoggerSettings } from './options';

/** Writes the run's rows to a table. */
@Plugin({ name: 'csv-logger', ranks: 'first' })
export class CsvLogger extends RowFileLogger {
  constructor(
    @inject(tokens.pluginOptions) { fileName }: CsvLoggerSettings,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) notify: Notify,
  ) {
    super(new MetricsFile(folder.claim(fileName)), events, notify);
  }
}
