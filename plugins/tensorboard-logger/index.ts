import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { tensorboardLoggerOptions } from './options';
import type { TensorboardLoggerOptions } from './options';
import { TensorboardLogger } from './tensorboard-logger';

export { TensorboardLogger } from './tensorboard-logger';
export type { TensorboardLoggerOptions } from './options';

/**
 * Records every logged metric in `tensorboard/` of the run folder, for `tensorboard --logdir runs`: scalars under their
 * names, by step, and the hyperparameters for the HPARAMS tab. Values are float32 there, as in every TensorBoard log of
 * scalars. A resumed run begins a new event file, which makes TensorBoard forget what a killed run wrote after its
 * checkpoint.
 *
 * ```ts
 * plugins: [tensorboardLogger()]
 * ```
 */
export function tensorboardLogger(options: TensorboardLoggerOptions = {}): PluginDescriptor {
  return pluginWithOptions(TensorboardLogger, 'tensorboardLogger', tensorboardLoggerOptions, options);
}
