import { Container, ContainerModule } from 'inversify';
import { tokens } from '../contracts';
import type { PluginDescriptor, PluginHooks } from '../contracts';
import { pluginMetadata } from '../metadata';
import type { BuiltPlugin } from '../trainer';
import { internalTokens } from './internal-tokens';

/** The plugins, each built once, and the services that they provide; these take the place of the run's own. */
export function pluginsModule(parent: Container, descriptors: readonly PluginDescriptor[]): ContainerModule {
  const containers = descriptors.map((descriptor) => ({
    descriptor,
    container: pluginContainer(parent, descriptor),
  }));
  return new ContainerModule(({ bind, isBound, unbindSync }) => {
    for (const { descriptor, container } of containers) {
      for (const { key } of descriptor.provides) {
        if (isBound(key)) unbindSync(key);
        bind(key).toDynamicValue(() => container.get(descriptor.type));
      }
    }
    bind(internalTokens.plugins.key)
      .toDynamicValue(() =>
        containers.map(({ descriptor: { type }, container }): BuiltPlugin => {
          return { ...pluginMetadata(type), hooks: container.get<PluginHooks>(type) };
        }),
      )
      .inSingletonScope();
  });
}

/** A container of a plugin's own, for its options are nobody else's. */
function pluginContainer(parent: Container, { type, options }: PluginDescriptor): Container {
  const container = new Container({ parent });
  container.bind(tokens.pluginOptions.key).toConstantValue(options);
  container.bind(type).toSelf().inSingletonScope();
  return container;
}
