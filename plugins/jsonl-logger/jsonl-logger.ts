import { Plugin, inject, tokens } from '../../src';
import type { Notify, RunEventSource, PluginFolder } from '../../src';
import { RowFileLogger } from '../shared/row-file-logger';
import { JsonlFile } from './jsonl-file';
import type { JsonlLoggerSettings } from './options';

/** Writes the run's rows as lines of JSON. */
@Plugin({ name: 'jsonl-logger', ranks: 'first' })
export class JsonlLogger extends RowFileLogger {
  constructor(
    @inject(tokens.pluginOptions) { fileName }: JsonlLoggerSettings,
    @inject(tokens.events) events: RunEventSource,
    @inject(tokens.runFolder) folder: PluginFolder,
    @inject(tokens.notify) notify: Notify,
  ) {
    super(new JsonlFile(folder.claim(fileName)), events, notify);
  }
}
