import type { PluginHooks } from '../../contracts';

/** A plugin that the container has built. */
export interface BuiltPlugin {
  readonly name: string;
  readonly order: 'normal' | 'monitor';
  readonly hooks: PluginHooks;
}

/** Somebody whose hooks are called: a plugin, or the module. */
export interface Participant {
  readonly kind: 'plugin' | 'module';
  /** The plugin's name, or the module's class. */
  readonly name: string;
  readonly hooks: PluginHooks;
  /** Whether it watches what the others did, and so has its turn after all of them. */
  readonly monitor: boolean;
}

/**
 * The order in which every hook is called: plugins as they stand in the experiment's list, then the module, then
 * the `monitor` plugins (checkpointing, early stopping), which see and save what all others logged. This is the one
 * place that says so. It is Lightning's order.
 */
export function inHookOrder(
  plugins: readonly BuiltPlugin[],
  module: { readonly name: string; readonly hooks: PluginHooks },
): Participant[] {
  const participants = plugins.map(({ name, order, hooks }): Participant => ({
    kind: 'plugin',
    name,
    hooks,
    monitor: order === 'monitor',
  }));
  return [
    ...participants.filter(({ monitor }) => !monitor),
    { kind: 'module', ...module, monitor: false },
    ...participants.filter(({ monitor }) => monitor),
  ];
}

/** How errors name a participant. */
export function describeParticipant({ kind, name }: Pick<Participant, 'kind' | 'name'>): string {
  return kind === 'plugin' ? `Plugin '${name}'` : `The module ${name}`;
}
