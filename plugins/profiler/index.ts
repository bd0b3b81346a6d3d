import type { PluginDescriptor } from '../../src';
import { pluginWithOptions } from '../shared/check-options';
import { profilerOptions } from './options';
import type { ProfilerOptions } from './options';
import { Profiler } from './profiler';

export { operationTables } from './operation-tables';
export type { OperationTable } from './operation-tables';
export type { OperationOptions, ProfilerOptions } from './options';
export { Profiler } from './profiler';

/**
 * Tells where a run's time went, as Lightning's `SimpleProfiler`: waiting for data, steps, every hook of every plugin,
 * validation, saving, and the rest. It prints a table at the end of the run and writes `profile.json` to its folder.
 *
 * With `operations` it also looks into a training step: TensorFlow's operations by kind, after its own rewrites, printed
 * and written to `operations.json`. The step looked into takes some seconds longer; training is not changed by it.
 * `docs/profiling.md` says how to read both.
 *
 * ```ts
 * plugins: [profiler({ operations: true })]
 * ```
 */
export function profiler(options: ProfilerOptions = {}): PluginDescriptor {
  return pluginWithOptions(Profiler, 'profiler', profilerOptions, options);
}
