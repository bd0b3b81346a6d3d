import type { PluginHooks } from './hooks';
import type { Recalled } from './run-state';
import type { Token } from './token';

/** A class that the container can build; its parameters are injected. */
export type PluginClass = new (...services: never[]) => PluginHooks & Anything;

/** Every object: without it a class with no hook at all, which only provides a service, would not do. */
interface Anything {
  toString(): string;
}

/** What `@Plugin()` records of a class. */
export interface PluginMetadata {
  /** Kebab-case, unique within a run: names its state in checkpoints and its errors. */
  readonly name: string;
  /** `monitor` plugins (early stopping) run after all others and `last` ones (checkpointing) after these, as in Lightning. */
  readonly order: PluginOrder;
  /** `first` plugins (loggers, progress bars) are there on rank 0 only, where a run has several ranks. */
  readonly ranks: 'all' | 'first';
  /** Whether a run may have several; the option `name` then takes the place of the class's name. */
  readonly repeatable: boolean;
  /** Whether what is trained depends on it; `undefined` where that is to be told from its hooks and services. */
  readonly affectsTraining?: boolean | undefined;
}

/**
 * `strategy` plugins have their turn before all others, `monitor` plugins after all others. `last` comes after the monitors
 * too: what saves the run's state saves what they have seen.
 */
export type PluginOrder = 'strategy' | 'normal' | 'monitor' | 'last';

/**
 * A plugin as it stands in an experiment's list: the class, the options, and what it offers to others.
 *
 * @typeParam Monitors metrics that it watches: an experiment that names its metrics must log them.
 * @typeParam Logs metrics that it logs itself.
 */
export interface PluginDescriptor<Monitors extends string = never, Logs extends string = never> {
  readonly type: PluginClass;
  readonly options: unknown;
  /** Services that the built plugin itself fulfils. */
  readonly provides: readonly Token<unknown>[];
  /**
   * Of a plugin that provides the checkpoint reader: finds out, before anything is started, what the checkpoint's run was
   * configured with. `home` is the folder of the run that `last` and `best` are of; `null` where there is none.
   */
  readonly recall?: (selector: string, home: string | null) => Promise<Recalled>;
  /** What is wrong with the options, a sentence each; the run says so with all else that keeps it from beginning. */
  readonly problems?: readonly string[];
  /** Only for the type checker. */
  readonly monitors?: Monitors;
  /** Only for the type checker. */
  readonly logs?: Logs;
}

/** Any plugin, whatever it watches and logs. */
export type AnyPlugin = PluginDescriptor<string, string>;

/** Makes the value that stands in an experiment's `plugins` list; unless told otherwise, it may log anything. */
export function definePlugin<Monitors extends string = never, Logs extends string = string>(
  type: PluginClass,
  options: unknown = {},
  provides: readonly Token<unknown>[] = [],
  problems: readonly string[] = [],
): PluginDescriptor<Monitors, Logs> {
  return { type, options, provides, problems };
}
