import 'reflect-metadata';
import { injectFromBase, injectable } from 'inversify';
import type { AnyPlugin, PluginMetadata, PluginOrder } from '../contracts';
import { FulgurError } from '../errors';
import type { CheckedHooks } from './hook-checks';
import { inheritsInjections } from './inject';

export interface PluginOptions {
  /** Kebab-case; names the plugin's state in checkpoints, and the plugin in errors. */
  readonly name: string;
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
}

const key = Symbol('fulgur:plugin');

/**
 * Makes a class a plugin. A method that begins with `on` and is no hook, or has another signature than its hook, does
 * not compile.
 *
 * @example
 * @Plugin({ name: 'bell' })
 * class Bell {
 *   onTrainEnd() {
 *     process.stdout.write('\u0007');
 *   }
 * }
 */
export function Plugin(
  options: PluginOptions,
): <T extends CheckedHooks<T>>(target: new (...services: never[]) => T) => void {
  return (target) => {
    const { name, order = 'normal', ranks = 'all', repeatable = false, affectsTraining } = options;
    const metadata: PluginMetadata = { name, order, ranks, repeatable, affectsTraining };
    Reflect.defineMetadata(key, metadata, target);
    injectable()(target);
    // Without this inversify gives nothing to a constructor that a class takes over from its parent.
    if (inheritsInjections(target)) injectFromBase({ extendConstructorArguments: true })(target);
  };
}

/**
 * What `@Plugin` recorded of a class.
 *
 * @throws FulgurError `plugin` for a class without the decorator
 */
export function pluginMetadata(type: new (...services: never[]) => object): PluginMetadata {
  const metadata = Reflect.getOwnMetadata(key, type) as PluginMetadata | undefined;
  if (metadata !== undefined) return metadata;
  throw new FulgurError('plugin', {
    what: `The class '${type.name}' in the list of plugins is no plugin.`,
    fix: `Write @Plugin({ name: '...' }) above it.`,
  });
}

/**
 * The name of a listed plugin: its class's, or its own where there may be several.
 *
 * @throws FulgurError `plugin` for a class without the decorator
 */
export function pluginName({ type, options }: Pick<AnyPlugin, 'type' | 'options'>): string {
  const { name, repeatable } = pluginMetadata(type);
  if (!repeatable || typeof options !== 'object' || options === null) return name;
  const own: unknown = Reflect.get(options, 'name');
  return typeof own === 'string' && own !== '' ? own : name;
}
