import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { MlflowLogger } from './mlflow-logger';
import { mlflowLoggerOptions } from './options';
import type { MlflowLoggerOptions } from './options';

export { MlflowLogger } from './mlflow-logger';
export type { MlflowLoggerOptions } from './options';

/**
 * Records the run on an MLflow server: hyperparameters and configuration as params, every logged metric, how the run
 * ended. A server that is away or slow neither holds nor ends the training: rows wait in `mlflow.jsonl` of the run
 * folder, and go when it answers or when the run is resumed, which goes on in the same MLflow run.
 *
 * ```ts
 * plugins: [mlflowLogger({ trackingUri: 'http://127.0.0.1:5000', tags: { purpose: 'ablation' } })]
 * ```
 */
export function mlflowLogger(options: MlflowLoggerOptions = {}): PluginDescriptor {
  return pluginWithOptions(MlflowLogger, 'mlflowLogger', mlflowLoggerOptions, options);
}
