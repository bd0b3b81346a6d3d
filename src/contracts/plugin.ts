import type { z } from 'zod';
import type { PluginHooks } from './hooks';
import type { Recalled } from './run-state';
import type { Token } from './tokens';

/** A class that the container can build; its parameters are injected. */
export type PluginClass = new (...services: never[]) => PluginHooks & Anything;

/** Every object: without it a class with no hook at all, which only provides a service, would not do. */
interface Anything {
  toString(): string;
}

/**
 * `strategy` plugins have their turn before all others, `monitor` plugins (early stopping) after all others, as in Lightning.
 * `last` (checkpointing) comes after the monitors too: what saves the run's state saves what they have seen.
 */
export type PluginOrder = 'strategy' | 'normal' | 'monitor' | 'last';

/** Everything that a class says of itself as a plugin. */
export interface PluginDeclaration {
  /**
   * Kebab-case, unique within a run; names the plugin's state in checkpoints, and the plugin in errors. A plugin's factory is
   * called after it: `slow-batches` is `slowBatches()`.
   */
  readonly name: string;
  /** A line for `fulgur list`. */
  readonly help?: string;
  /** `strategy` plugins run before all others at each hook, `monitor` and then `last` ones after them (default `normal`). */
  readonly order?: PluginOrder;
  /**
   * Where it is built in a run of several ranks (default `all`): what only watches and writes belongs on the `first`. Such
   * a plugin must not call what all ranks have to call, such as `runState.capture()`.
   */
  readonly ranks?: 'all' | 'first';
  /**
   * Whether an experiment may list several of them (default `false`). A string `name` among a plugin's options is then its name in
   * checkpoints and errors, in the place of this one; all but one must have it.
   */
  readonly repeatable?: boolean;
  /**
   * Whether what is trained depends on it, so that a resumed run must have it with the same options. Told by itself of
   * plugins that change loss or gradients in step hooks, or provide a strategy or batch statistics.
   */
  readonly affectsTraining?: boolean;
  /** Its options, with limits and defaults; a plugin without takes whatever it is given. */
  readonly options?: z.ZodType;
  /** Services that the plugin itself fulfils, for others to ask for; they take the place of the run's own. */
  readonly provides?: readonly Token<unknown>[];
}

/** What `@Plugin()` records of a class. */
export type PluginMetadata = Required<Omit<PluginDeclaration, 'affectsTraining' | 'help' | 'options'>> &
  Pick<PluginDeclaration, 'affectsTraining' | 'help' | 'options'>;

/**
 * A plugin as it stands in an experiment's list: the class, the options, and what it offers to others.
 *
 * @typeParam Monitors metrics that it watches: an experiment that names its metrics must log them.
 * @typeParam Logs metrics that it logs itself.
 */
export interface PluginDescriptor<Monitors extends string = never, Logs extends string = never> {
  readonly type: PluginClass;
  /** With their defaults filled in. */
  readonly options: unknown;
  readonly provides: readonly Token<unknown>[];
  /** What is wrong with the options, a sentence each; the run says so with all else that keeps it from beginning. */
  readonly problems: readonly string[];
  /**
   * Of a plugin that provides the checkpoint reader: finds out, before anything is started, what the checkpoint's run was
   * configured with. `home` is the folder of the run that `last` and `best` are of; `null` where there is none.
   */
  readonly recall?: (selector: string, home: string | null) => Promise<Recalled>;
  /** Only for the type checker. */
  readonly monitors?: Monitors;
  /** Only for the type checker. */
  readonly logs?: Logs;
}

/** Any plugin, whatever it watches and logs. */
export type AnyPlugin = PluginDescriptor<string, string>;
