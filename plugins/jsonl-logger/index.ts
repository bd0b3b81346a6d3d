import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { JsonlLogger } from './jsonl-logger';
import { jsonlLoggerOptions } from './options';
import type { JsonlLoggerOptions } from './options';

export { JsonlLogger } from './jsonl-logger';
export type { JsonlLoggerOptions } from './options';

/**
 * Records every logged metric in `metrics.jsonl` of the run folder, one JSON object a logging moment:
 *
 *     {"epoch":0,"step":50,"kind":"step","values":{"train_loss_ssl":-0.41}}
 *
 * JSON has no numbers for NaN and the infinities: they are the strings `"NaN"`, `"Infinity"` and `"-Infinity"`, which
 * `Number()` in JavaScript and `float()` in Python read. A run that was killed and resumed leaves the same file, bit
 * for bit, as one that was not.
 *
 * ```ts
 * plugins: [jsonlLogger()]
 * ```
 */
export function jsonlLogger(options: JsonlLoggerOptions = {}): PluginDescriptor {
  return pluginWithOptions(JsonlLogger, 'jsonlLogger', jsonlLoggerOptions, options);
}
