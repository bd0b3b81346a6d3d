import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { progressBarOptions } from './options';
import type { ProgressBarOptions } from './options';
import { ProgressBar } from './progress-bar';

export { ProgressBar } from './progress-bar';
export type { ProgressBarOptions } from './options';

/**
 * Shows a run in the terminal: what it is about, a bar for each epoch, messages, how it ended. Where the output is
 * no terminal, plain lines take the bar's place, a few a minute. The bar reads as tqdm's does in Lightning.
 *
 * ```ts
 * plugins: [progressBar()]
 * ```
 */
export function progressBar(options: ProgressBarOptions = {}): PluginDescriptor {
  return pluginWithOptions(ProgressBar, 'progressBar', progressBarOptions, options);
}
