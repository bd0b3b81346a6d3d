import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { ModelSummary } from './model-summary';
import { modelSummaryOptions } from './options';
import type { ModelSummaryOptions } from './options';

export { ModelSummary } from './model-summary';
export type { ModelSummaryOptions } from './options';
export { summaryText } from './summary-text';

/**
 * Shows the model's modules with their types, parameters and modes when training begins, and its size. Columns and
 * default depth follow Lightning's `ModelSummary`.
 *
 * ```ts
 * plugins: [modelSummary({ maxDepth: 2 })]
 * ```
 */
export function modelSummary(options: ModelSummaryOptions = {}): PluginDescriptor {
  return pluginWithOptions(ModelSummary, 'modelSummary', modelSummaryOptions, options);
}
