import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { DeviceStats } from './device-stats';
import { deviceStatsOptions } from './options';
import type { DeviceStatsOptions } from './options';

export type { DeviceStatsOptions } from './options';
export { DeviceStats } from './device-stats';

/**
 * Logs what the process takes after every n-th update, in the place of Lightning's `DeviceStatsMonitor`: `cpu_share` (of
 * all cores, since the last time), `resident_mib`, and `live_tensors`, of training and everything else: a number that
 * grows from epoch to epoch is a leak. On a GPU also `gpu_memory_mib`, which `nvidia-smi` tells; that has not been
 * tried on one yet.
 *
 * ```ts
 * plugins: [deviceStats({ everyNSteps: 50 })]
 * ```
 */
export function deviceStats(options: DeviceStatsOptions = {}): PluginDescriptor {
  return pluginWithOptions(DeviceStats, 'deviceStats', deviceStatsOptions, options);
}
