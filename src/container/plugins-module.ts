import { Container, ContainerModule } from 'inversify';
import { tokens } from '../contracts';
import type { AnyPlugin, PluginFolder, PluginHooks, RunFolder } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { pluginMetadata, pluginName } from '../metadata';
import { FileClaims } from '../run-folder';
import type { BuiltPlugin } from '../trainer';
import { internalTokens } from './internal-tokens';

/** The plugins, each built once, and the services that they provide; these take the place of the run's own. */
export function pluginsModule(parent: Container, descriptors: readonly AnyPlugin[]): ContainerModule {
  let claims: FileClaims | null = null;
  const folderOf = (plugin: string): PluginFolder => {
    claims ??= new FileClaims(parent.get<RunFolder>(tokens.runFolder.key));
    return claims.viewOf(plugin);
  };
  const containers = descriptors.map((descriptor) => ({
    descriptor,
    container: pluginContainer(parent, descriptor, folderOf),
  }));
  return new ContainerModule(({ bind, isBound, unbindSync }) => {
    for (const { descriptor, container } of containers) {
      for (const { key } of descriptor.provides) {
        if (isBound(key)) unbindSync(key);
        bind(key).toDynamicValue(() => build(container, descriptor));
      }
    }
    bind(internalTokens.plugins.key)
      .toDynamicValue(() =>
        containers.map(({ descriptor, container }): BuiltPlugin => {
          const { order } = pluginMetadata(descriptor.type);
          return { name: pluginName(descriptor), order, hooks: build(container, descriptor) };
        }),
      )
      .inSingletonScope();
  });
}

/** A container of a plugin's own, for its options and its files are nobody else's. */
function pluginContainer(
  parent: Container,
  descriptor: AnyPlugin,
  folderOf: (plugin: string) => PluginFolder,
): Container {
  const { type, options } = descriptor;
  const container = new Container({ parent });
  container.bind(tokens.pluginOptions.key).toConstantValue(options);
  container.bind(tokens.runFolder.key).toDynamicValue(() => folderOf(pluginName(descriptor)));
  container.bind(type).toSelf().inSingletonScope();
  return container;
}

function build(container: Container, descriptor: AnyPlugin): PluginHooks {
  try {
    return container.get<PluginHooks>(descriptor.type);
  } catch (cause) {
    // What a plugin refuses on purpose says enough, and so does the failure of another plugin that it needs.
    if (cause instanceof FulgurError) throw cause;
    throw new FulgurError('plugin', {
      what: `Plugin '${pluginName(descriptor)}' failed in its constructor: ${messageOf(cause)}.`,
      fix: "Correct the plugin, or take it out of the experiment's plugins.",
      cause,
    });
  }
}
