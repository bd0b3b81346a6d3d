import type { z } from 'zod';
import type { PluginHooks } from './hooks';
import type { Recalled } from './run-state';
import type { Token } from './tokens';

/** A class that the container can build; its parameters are injected. */
export type PluginClass = new (...services: never[]) => PluginHooks & Anything;

/** Matches every object. Without it, a class with no hooks, which only provides a service, would not be accepted. */
interface Anything {
  toString(): string;
}

/**
 * `strategy` plugins run before all others and `monitor` plugins (early stopping) after all others, as in Lightning.
 * `last` (checkpointing) runs even after the monitors, so that the saved state includes theirs.
 */
export type PluginOrder = 'strategy' | 'normal' | 'monitor' | 'last';

/** What a plugin class declares about itself. */
export interface PluginDeclaration {
  /**
   * Kebab-case and unique within a run. It names the plugin's state in checkpoints and the plugin in errors, and its
   * factory is named after it: `slow-batches` is `slowBatches()`.
   */
  readonly name: string;
  /** A line for `fulgur list`. */
  readonly help?: string;
  /** `strategy` plugins run before all others at each hook, `monitor` and then `last` ones after them (default `normal`). */
  readonly order?: PluginOrder;
  /**
   * The ranks on which it is built (default `all`). A plugin that only watches and writes belongs on the `first`; it
   * must not call what all ranks have to call, such as `runState.capture()`.
   */
  readonly ranks?: 'all' | 'first';
  /**
   * Whether an experiment may list the plugin several times (default `false`). A string `name` among a plugin's options
   * is then its name in checkpoints and errors instead of this one; all but one must have it.
   */
  readonly repeatable?: boolean;
  /**
   * Whether training depends on it, so that a resumed run must have it with the same options. Plugins that change the
   * loss or gradients in step hooks, or provide a strategy or batch statistics, are recognised automatically.
   */
  readonly affectsTraining?: boolean;
  /** Its options with limits and defaults; without them, the plugin accepts any options. */
  readonly options?: z.ZodType;
  /** Services that the plugin itself provides to others; they replace the run's own. */
  readonly provides?: readonly Token<unknown>[];
}

/** What `@Plugin()` records about a class. */
export type PluginMetadata = Required<Omit<PluginDeclaration, 'affectsTraining' | 'help' | 'options'>> &
  Pick<PluginDeclaration, 'affectsTraining' | 'help' | 'options'>;

/**
 * A plugin as listed in an experiment: the class, the options and the services that it provides.
 *
 * @typeParam Monitors metrics that it watches; an experiment that declares its metrics must log them.
 * @typeParam Logs metrics that it logs itself.
 */
export interface PluginDescriptor<Monitors extends string = never, Logs extends string = never> {
  readonly type: PluginClass;
  /** The options, with defaults filled in. */
  readonly options: unknown;
  readonly provides: readonly Token<unknown>[];
  /** Problems of the options, one sentence each; the run reports them with everything else that prevents its start. */
  readonly problems: readonly string[];
  /**
   * For a plugin that provides the checkpoint reader: reads the configuration of the checkpoint's run before anything
   * is started. `home` is the folder of the run that `last` and `best` refer to; `null` if there is none.
   */
  readonly recall?: (selector: string, home: string | null) => Promise<Recalled>;
  /** Only for the type checker. */
  readonly monitors?: Monitors;
  /** Only for the type checker. */
  readonly logs?: Logs;
}

/** Any plugin, whatever it watches and logs. */
export type AnyPlugin = PluginDescriptor<string, string>;
