import { Container } from 'inversify';
import { tokens } from '../contracts';
import type { AnyPlugin, RunFolder, Token } from '../contracts';
import type { BuiltPlugin } from '../trainer';
import { checkPlugins } from './check-plugins';
import { internalTokens } from './internal-tokens';
import { pluginsModule } from './plugins-module';
import { resolve } from './resolve';

/** Services by the name of their token. */
export type Services = Omit<GivenServices, 'runFolder'> & {
  /** Each plugin gets its own view of it. */
  readonly runFolder?: RunFolder;
};

type GivenServices = {
  readonly [Name in keyof typeof tokens]?: (typeof tokens)[Name] extends Token<infer Service>
    ? Service
    : never;
};

/**
 * Builds plugins on given services, without a run around them.
 *
 * @throws CompositionError naming everything about the plugins that does not fit
 */
export function buildPlugins(
  experiment: string,
  plugins: readonly AnyPlugin[],
  services: Services,
): readonly BuiltPlugin[] {
  checkPlugins(experiment, plugins);
  const container = new Container();
  for (const [name, service] of Object.entries(services)) {
    container.bind(tokens[name as keyof Services].key).toConstantValue(service);
  }
  container.loadSync(pluginsModule(container, plugins));
  return resolve(container, internalTokens.plugins);
}
