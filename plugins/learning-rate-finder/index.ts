import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { LearningRateFinder } from './learning-rate-finder';
import { learningRateFinderOptions } from './options';
import type { LearningRateFinderOptions } from './options';

export { LearningRateFinder } from './learning-rate-finder';
export type { LearningRateFinderOptions } from './options';

/**
 * Makes a run a search for a learning rate, as Lightning's `LearningRateFinder`: over `steps` updates the rate goes from
 * `minRate` to `maxRate`, for all parameter groups; then, or when the loss diverges, the run ends, and the rate at which
 * the loss fell fastest is said and written to `learning-rates.json`.
 *
 * Unlike Lightning's it does not train on: take it out, and set the rate. The model is of no use afterwards, so run it
 * with `--trainer.enableCheckpointing false`. Hyperparameters `lr` and `learningRate` are named in the advice.
 *
 * "So many times worse" means nothing to a loss that falls below 0, as FastSiam's does from its beginning at 0: pass
 * `earlyStopThreshold: null` for such a one. Without it the search never ends early once a loss of 0 or less was seen.
 *
 * "Fastest" is by the rate itself and not by its logarithm, as in Lightning, so that noise counts most at the smallest rates:
 * begin no more than two or three powers of ten below a rate that you expect, and look at the losses in the file.
 *
 * ```ts
 * plugins: [learningRateFinder({ minRate: 1e-6, maxRate: 1 })]
 * ```
 */
export function learningRateFinder(options: LearningRateFinderOptions = {}): PluginDescriptor {
  return pluginWithOptions(LearningRateFinder, 'learningRateFinder', learningRateFinderOptions, options);
}
