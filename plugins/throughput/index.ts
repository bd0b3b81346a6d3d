import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { throughputOptions } from './options';
import type { ThroughputOptions } from './options';
import { Throughput } from './throughput';

export type { ThroughputOptions } from './options';
export { Throughput } from './throughput';

/**
 * Logs how fast training is, over its newest batches: `samples_per_second` of all ranks, and `data_wait_share`, the share of the
 * time that the loop stood waiting for a batch; it warns once where that is large.
 *
 * ```ts
 * plugins: [throughput()]
 * ```
 */
export function throughput(
  options: ThroughputOptions = {},
): PluginDescriptor<never, 'samples_per_second' | 'data_wait_share'> {
  return pluginWithOptions(Throughput, 'throughput', throughputOptions, options);
}
