import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { weightAveragingOptions } from './options';
import type { WeightAveragingOptions } from './options';
import { WeightAveraging } from './weight-averaging';

export type { EmaOptions, SwaOptions, WeightAveragingOptions } from './options';
export { WeightAveraging } from './weight-averaging';

/**
 * Keeps an average of the model's weights: an exponential moving one (`ema`), or the mean of those at the ends of epochs
 * (`swa`). Validation, test and prediction see the average in the model's place, training does not; plugins that stand
 * before this one in the list see the average from the next hook on. When training has ended the model has the averaged
 * weights, and `averaged.safetensors` in the run's folder too, under PyTorch's names as `model.safetensors` of a
 * checkpoint. Checkpoints hold both: the raw weights, with which a resumed run goes on exactly, and the averages in
 * `plugins.safetensors`.
 *
 * Numbers and defaults follow `AveragedModel` of `torch.optim.swa_utils` and Lightning's `EMAWeightAveraging`: the
 * first average is a copy, buffers are averaged unless `useBuffers` is `false`, and no data pass renews the running
 * statistics. Until the first average there is none, and validation sees the model as it is. Whole numbers, such as
 * counters of batches, are copied. An epoch that is cut short ends without an average of its own.
 *
 * ```ts
 * plugins: [weightAveraging({ kind: 'ema', decay: 0.999 }), checkpointing()]
 * plugins: [weightAveraging({ kind: 'swa', startEpoch: 75 }), checkpointing()]
 * ```
 */
export function weightAveraging(options: WeightAveragingOptions): PluginDescriptor {
  return pluginWithOptions(WeightAveraging, 'weightAveraging', weightAveragingOptions, options);
}
