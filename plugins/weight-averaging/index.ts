import { tokens } from '../../src';
import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { weightAveragingOptions } from './options';
import type { WeightAveragingOptions } from './options';
import { WeightAveraging } from './weight-averaging';

export type { EmaOptions, SwaOptions, WeightAveragingOptions } from './options';
export { WeightAveraging } from './weight-averaging';

/**
 * Keeps an average of the model's weights: an exponential moving one (`ema`), or the mean of those at the ends of epochs
 * (`swa`). Every evaluation sees the average in the model's place: validation, test and prediction, the linear probe and
 * the nearest neighbours, in a fit and as commands. Training does not. Hooks find the average in the model from
 * `onValidationStart` to `onValidationEpochEnd`, and the weights in training anywhere else. When training has ended the
 * model has the averaged weights, and `averaged.safetensors` in the run's folder too, under PyTorch's names as
 * `model.safetensors` of a checkpoint. Checkpoints hold both: the raw weights in `model.safetensors`, with which a resumed
 * run goes on exactly, and the averages in `plugins.safetensors`.
 *
 * Numbers and defaults follow `AveragedModel` of `torch.optim.swa_utils` and Lightning's `EMAWeightAveraging`: the
 * first average is a copy, buffers are averaged unless `useBuffers` is `false`, and no data pass renews the running
 * statistics. Until the first average there is none, and evaluations see the model as it is. Whole numbers, such as
 * counters of batches, are copied, and buffers of each rank's own are left alone. An epoch that is cut short ends without an average of its own.
 *
 * ```ts
 * plugins: [weightAveraging({ kind: 'ema', decay: 0.999 }), checkpointing()]
 * plugins: [weightAveraging({ kind: 'swa', startEpoch: 75 }), checkpointing()]
 * ```
 */
export function weightAveraging(options: WeightAveragingOptions): PluginDescriptor {
  return pluginWithOptions(WeightAveraging, 'weightAveraging', weightAveragingOptions, options, [
    tokens.evaluationWeights,
  ]);
}
