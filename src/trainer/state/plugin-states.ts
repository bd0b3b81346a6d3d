import { jsonText } from '../../contracts';
import type { Json, Notify, RunState, StateDict } from '../../contracts';
import { hookFailure, restoreFailure } from '../hooks/hook-errors';
import type { BuiltPlugin, Participant } from '../hooks/participants';

/** Returns the state of every plugin that has one, by name. */
export function pluginStates(plugins: readonly BuiltPlugin[]): Record<string, Json> {
  const states: Record<string, Json> = {};
  for (const plugin of plugins) {
    if (plugin.hooks.pluginState === undefined) continue;
    states[plugin.name] = naming(plugin, 'pluginState', () => {
      const state = plugin.hooks.pluginState?.() ?? null;
      // A state that a checkpoint cannot contain is reported here, where the plugin is known.
      jsonText(state, 0, 'state');
      return state;
    });
  }
  return states;
}

/** Returns the tensors of every plugin that has some, by name. */
export function pluginTensors(plugins: readonly BuiltPlugin[]): Record<string, StateDict> {
  const tensors: Record<string, StateDict> = {};
  for (const plugin of plugins) {
    const own = naming(plugin, 'pluginTensors', () => plugin.hooks.pluginTensors?.());
    if (own !== undefined && own.size > 0) tensors[plugin.name] = own;
  }
  return tensors;
}

/**
 * Restores the state of every plugin, by name. A plugin without a state in the checkpoint starts again; a state
 * without a plugin in the run is reported.
 * @param path the checkpoint's path, for the error of a plugin that cannot use its state.
 */
export function restorePluginStates(
  plugins: readonly BuiltPlugin[],
  { plugins: states, pluginTensors: tensors = {} }: RunState,
  notify: Notify,
  path: string | null,
): void {
  for (const plugin of plugins) {
    const state = states[plugin.name];
    if (state === undefined) continue;
    const own = tensors[plugin.name] ?? new Map<string, never>();
    try {
      plugin.hooks.restorePluginState?.(state, own);
    } catch (error) {
      throw restoreFailure(participantOf(plugin), path, error);
    }
  }
  for (const name of Object.keys(states)) {
    if (plugins.some((plugin) => plugin.name === name)) continue;
    notify('warning', `The checkpoint contains state of plugin '${name}', which is not in this run.`);
  }
}

function naming<T>(plugin: BuiltPlugin, method: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw hookFailure(participantOf(plugin), method, error);
  }
}

function participantOf({ name, hooks }: BuiltPlugin): Participant {
  return { kind: 'plugin', name, hooks, monitor: false };
}
