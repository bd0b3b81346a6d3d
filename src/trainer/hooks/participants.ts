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
 * The order in which every hook is called: the strategy, plugins as they stand in the experiment's list, then the module,
 * then the `monitor` plugins (early stopping), which see what all others logged, then the `last` ones (checkpointing), which
 * save what all others know. This is the one place that says so. It is Lightning's order, where the strategy is no plugin.
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

/** How errors name a participant in the middle of a sentence. */
export function loggerName({ kind, name }: Pick<Participant, 'kind' | 'name'>): string {
  return kind === 'plugin' ? `plugin '${name}'` : theModule;
}

/** How errors name a participant. */
export function describeParticipant({ kind, name }: Pick<Participant, 'kind' | 'name'>): string {
  return kind === 'plugin' ? `Plugin '${name}'` : `The module ${name}`;
}

/**
 * A misspelt hook would silently never run. The decorators and `override` find most of them at compile time; this finds
 * the rest before a run begins.
 *
 * @throws FulgurError `plugin` or `module`, naming the method and the hook it may have meant.
 */
export function refuseMisspeltHooks(participants: readonly Participant[]): void {
  for (const participant of participants) {
    for (const method of misspeltHooks(participant.hooks)) {
      throw new FulgurError(participant.kind, {
        what: `${describeParticipant(participant)} has a method ${method}, which is no hook.`,
        why: 'It would never be called.',
        fix: `Did you mean ${nearestName(method, hookNames, Infinity)}? Else give it another name.`,
      });
    }
  }
}
