import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { CollapseSentinel } from './collapse-sentinel';
import { collapseSentinelOptions } from './options';
import type { CollapseSentinelOptions } from './options';

export { CollapseSentinel } from './collapse-sentinel';
export { spread } from './spread';
export type { CollapseSentinelOptions } from './options';

/**
 * Measures in every training step how far the representation is from collapse, logs it as `<watch>_std` beside the
 * loss, and says so in words when it falls: a loss of -1 alone cannot tell a good model from a constant one. The
 * measure is the mean over the dimensions of std(l2-normalised z) · √d (SimSiam, section 4.1; lightly's
 * `std_of_l2_normalized` times √d): about 1 is healthy, towards 0 is collapse. It is traced into the step.
 *
 * ```ts
 * plugins: [collapseSentinel({ watch: 'z' })]
 * ```
 */
export function collapseSentinel<const Watch extends string>(
  options: CollapseSentinelOptions<Watch>,
): PluginDescriptor<never, `${Watch}_std`> {
  return pluginWithOptions(CollapseSentinel, 'collapseSentinel', collapseSentinelOptions, options);
}
