import type { PluginHooks, PluginOrder } from '../../contracts';
import { FulgurError, nearestName } from '../../errors';
import { hookNames, misspeltHooks } from '../../metadata';
import { theModule } from '../log/log-rules';

/** A plugin that the container has built. */
export interface BuiltPlugin {
  readonly name: string;
  readonly order: PluginOrder;
  readonly hooks: PluginHooks;
}

/** A participant in a run, whose hooks are called: a plugin or the module. */
export interface Participant {
  readonly kind: 'plugin' | 'module';
  /** The plugin's name, or the module's class. */
  readonly name: string;
  readonly hooks: PluginHooks;
  /** Whether it observes the other participants, so that its hooks are called after all of theirs. */
  readonly monitor: boolean;
}

/**
 * Sorts participants into the order in which every hook is called: the strategy, plugins in the order of the
 * experiment's list, the module, the `monitor` plugins (early stopping), which see what all others logged, and the
 * `last` ones (checkpointing), which save the state of all others. This is the only place that defines the order. It is
 * Lightning's, where the strategy is not a plugin.
 */
export function inHookOrder(
  plugins: readonly BuiltPlugin[],
  module: { readonly name: string; readonly hooks: PluginHooks },
): Participant[] {
  const inOrder = (wanted: PluginOrder): Participant[] =>
    plugins
      .filter(({ order }) => order === wanted)
      .map(({ name, hooks }) => ({
        kind: 'plugin',
        name,
        hooks,
        monitor: wanted === 'monitor' || wanted === 'last',
      }));
  return [
    ...inOrder('strategy'),
    ...inOrder('normal'),
    { kind: 'module', ...module, monitor: false },
    ...inOrder('monitor'),
    ...inOrder('last'),
  ];
}

/** Returns a participant's name in the middle of a sentence of an error. */
export function loggerName({ kind, name }: Pick<Participant, 'kind' | 'name'>): string {
  return kind === 'plugin' ? `plugin '${name}'` : theModule;
}

/** Returns a participant's name at the start of an error. */
export function describeParticipant({ kind, name }: Pick<Participant, 'kind' | 'name'>): string {
  return kind === 'plugin' ? `Plugin '${name}'` : `The module ${name}`;
}

/**
 * Reports misspelt hooks, which would otherwise silently never run. The decorators and `override` find most of them at
 * compile time; this function finds the rest before a run starts.
 * @throws FulgurError `plugin` or `module`, with the method and the hook that was probably meant.
 */
export function refuseMisspeltHooks(participants: readonly Participant[]): void {
  for (const participant of participants) {
    for (const method of misspeltHooks(participant.hooks)) {
      throw new FulgurError(participant.kind, {
        what: `${describeParticipant(participant)} has a method ${method}, which is not a hook.`,
        why: 'It would never be called.',
        fix: `Did you mean ${nearestName(method, hookNames, Infinity)}? Otherwise rename it.`,
      });
    }
  }
}
