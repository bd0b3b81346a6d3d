import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { LinearProbe } from './linear-probe';
import { linearProbeOptions } from './options';
import type { LinearProbeOptions } from './options';

export { LinearProbe } from './linear-probe';
export type { LinearProbeOptions } from './options';

/**
 * Measures how well a linear classifier tells classes from the backbone's frozen features: SGD on the features of all
 * training images, embedded once, judged on held-out ones, as lightly's `LinearClassifier` with standardised features.
 * Logs `linear_accuracy` (and `linear_accuracy_top5` where there are more than five classes) when it probes between
 * epochs; says the figure after training; and appends what it depends on to `linear-probe.jsonl` in the run folder.
 * Training goes on bit for bit as without it.
 *
 * ```ts
 * plugins: [linearProbe({ everyNEpochs: 10 })]
 * ```
 */
export function linearProbe(options: LinearProbeOptions = {}): PluginDescriptor {
  return pluginWithOptions(LinearProbe, 'linearProbe', linearProbeOptions, options);
}
