import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { timerOptions } from './options';
import type { TimerOptions } from './options';
import { Timer } from './timer';

export type { TimeSpan, TimerOptions } from './options';
export { Timer } from './timer';

/**
 * Ends training when it has taken a given time, as Lightning's `Timer`. The time travels in checkpoints, so that a
 * resumed run has only the rest of it.
 *
 * ```ts
 * plugins: [timer({ maxTime: '00:12:00:00' })]
 * ```
 */
export function timer(options: TimerOptions): PluginDescriptor {
  return pluginWithOptions(Timer, 'timer', timerOptions, options);
}
