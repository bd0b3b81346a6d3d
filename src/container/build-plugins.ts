import { Container } from 'inversify';
import { tokens } from '../contracts';
import type { PluginHooks, RunFolder, Token } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { pluginMetadata } from '../metadata';
import { FileClaims } from '../run-folder';
import type { BuiltPlugin } from '../trainer';
import type { CheckedPlugin } from './check-plugins';

/** Services that a run gives to plugins, by the name of their token. */
export type Services = Omit<GivenServices, 'runFolder' | 'pluginOptions'> & {
  /** Each plugin gets its own view of the folder. */
  readonly runFolder?: RunFolder;
};

type GivenServices = {
  readonly [Name in keyof typeof tokens]?: (typeof tokens)[Name] extends Token<infer Service>
    ? Service
    : never;
};

/** Plugins in the order listed, and the container that built them. */
export interface BuiltPlugins {
  readonly plugins: readonly BuiltPlugin[];
  readonly container: Container;
}

/**
 * Builds each plugin once from the given services; the only place where services are resolved. Services that plugins
 * provide replace those given.
 */
export function buildPlugins(
  plugins: readonly CheckedPlugin[],
  { runFolder, ...services }: Services,
): BuiltPlugins {
  const container = new Container();
  const provided = new Set(plugins.flatMap(({ descriptor }) => descriptor.provides.map(({ key }) => key)));
  for (const [name, service] of Object.entries(services)) {
    const { key } = tokens[name as keyof typeof services];
    if (!provided.has(key)) container.bind(key).toConstantValue(service);
  }
  const claims = runFolder === undefined ? null : new FileClaims(runFolder);
  const builders = plugins.map(({ name, descriptor }) => {
    const { type, options, provides } = descriptor;
    const own = Symbol(name);
    container.bind(own).to(type).inSingletonScope();
    container.bind(tokens.pluginOptions.key).toConstantValue(options).whenParentIs(own);
    if (claims !== null) {
      container.bind(tokens.runFolder.key).toConstantValue(claims.viewOf(name)).whenParentIs(own);
    }
    const build = (): PluginHooks => builtBy(container, own, name);
    for (const { key } of provides) container.bind(key).toDynamicValue(build);
    return (): BuiltPlugin => ({ name, order: pluginMetadata(type).order, hooks: build() });
  });
  return { plugins: builders.map((build) => build()), container };
}

function builtBy(container: Container, key: symbol, name: string): PluginHooks {
  try {
    return container.get<PluginHooks>(key);
  } catch (cause) {
    // An error that a plugin throws on purpose says enough, as does the failure of another plugin that it needs.
    if (cause instanceof FulgurError) throw cause;
    throw new FulgurError('plugin', {
      what: `Plugin '${name}' failed in its constructor: ${messageOf(cause)}.`,
      fix: "Correct the plugin, or remove it from the experiment's plugins.",
      cause,
    });
  }
}

/** Returns a token's service, with the token's type. */
export function resolve<T>(container: Container, { key }: Token<T>): T {
  return container.get<T>(key);
}
