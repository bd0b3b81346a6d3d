import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { EarlyStopping } from './early-stopping';
import { earlyStoppingOptions } from './options';
import type { EarlyStoppingOptions } from './options';

export { EarlyStopping } from './early-stopping';
export type { EarlyStoppingOptions } from './options';

/**
 * Ends training when a metric no longer improves, is not finite, or passes a threshold. It looks once at each measurement: at
 * the end of an epoch, and after a validation in the middle of one. What it has seen travels in checkpoints. Options and rules
 * follow Lightning's `EarlyStopping`. A run may have several of them, where all but one have a `name`.
 *
 * ```ts
 * plugins: [earlyStopping({ monitor: 'knn_accuracy', mode: 'max', patience: 5 })]
 * ```
 */
export function earlyStopping<const Metric extends string>(
  options: EarlyStoppingOptions<Metric>,
): PluginDescriptor<Metric> {
  return pluginWithOptions(EarlyStopping, 'earlyStopping', earlyStoppingOptions, options);
}
