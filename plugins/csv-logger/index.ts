import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { CsvLogger } from './csv-logger';
import { csvLoggerOptions } from './options';
import type { CsvLoggerOptions } from './options';

export { CsvLogger } from './csv-logger';
export type { CsvLoggerOptions } from './options';

/**
 * Records every logged metric in `metrics.csv` of the run folder: one row a logging moment, columns `epoch`, `step`
 * and one a metric, in the order of their first appearance. A run that was killed and resumed leaves the same file,
 * bit for bit, as one that was not.
 *
 * ```ts
 * plugins: [csvLogger()]
 * ```
 */
export function csvLogger(options: CsvLoggerOptions = {}): PluginDescriptor {
  return pluginWithOptions(CsvLogger, 'csvLogger', csvLoggerOptions, options);
}
