import { tokens } from '../../src';
import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { LocalSgd } from './local-sgd';
import { localSgdOptions } from './options';
import type { LocalSgdOptions } from './options';

export { LocalSgd } from './local-sgd';
export type { LocalSgdOptions } from './options';

/**
 * Trains on several devices or hosts that seldom exchange anything: each rank makes updates of its own, and every so
 * many updates all take the mean of their parameters and running statistics. Optimisers stay each rank's own.
 *
 * ```ts
 * plugins: [localSgd({ everyNSteps: 8 })]
 * ```
 *
 * Source: Stich, "Local SGD Converges Fast and Communicates Little" (2019).
 */
export function localSgd(options: LocalSgdOptions = {}): PluginDescriptor {
  return pluginWithOptions(LocalSgd, 'localSgd', localSgdOptions, options, [tokens.strategy]);
}
