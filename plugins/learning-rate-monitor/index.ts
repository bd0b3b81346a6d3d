import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { LearningRateMonitor } from './learning-rate-monitor';
import { learningRateMonitorOptions } from './options';
import type { LearningRateMonitorOptions } from './options';

export { LearningRateMonitor } from './learning-rate-monitor';
export type { LearningRateMonitorOptions } from './options';

/**
 * Logs the learning rate as `lr-sgd`, and where there are several parameter groups as `lr-sgd/pg1`, `lr-sgd/pg2`, …;
 * a second optimiser of the same kind is `lr-sgd-1`, and so on. Names follow Lightning's `LearningRateMonitor`.
 *
 * ```ts
 * plugins: [learningRateMonitor()]
 * ```
 */
export function learningRateMonitor(
  options: LearningRateMonitorOptions = {},
): PluginDescriptor<never, `lr-${string}`> {
  return pluginWithOptions(LearningRateMonitor, 'learningRateMonitor', learningRateMonitorOptions, options);
}
