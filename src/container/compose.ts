import { Container } from 'inversify';
import { tokens } from '../contracts';
import type { CheckpointReader } from '../contracts';
import { pluginMetadata } from '../metadata';
import type { Trainer } from '../trainer';
import { checkPlugins } from './check-plugins';
import { dataModule } from './data-module';
import { internalTokens } from './internal-tokens';
import { pluginsModule } from './plugins-module';
import { resolve } from './resolve';
import { runModule } from './run-module';
import type { RunParts } from './run-parts';
import { trainerModule } from './trainer-module';

/** What a run takes out of the container. */
export interface Composition {
  readonly trainer: Trainer;
  /** `null` where no plugin provides one. */
  readonly checkpointReader: CheckpointReader | null;
  /** Frees what the container built. */
  dispose(): Promise<void>;
}

/**
 * Builds a run's plugins and trainer: the only place where services are resolved.
 *
 * @throws CompositionError naming everything about the plugins that does not fit
 */
export function compose(parts: RunParts): Composition {
  const { rank } = parts.ranks;
  const plugins = parts.plugins.filter(({ type }) => rank === 0 || pluginMetadata(type).ranks === 'all');
  checkPlugins(parts.settings.experiment, plugins);
  const container = new Container();
  container.loadSync(runModule(parts), dataModule(parts), trainerModule(parts));
  container.loadSync(pluginsModule(container, plugins));
  return {
    trainer: resolve(container, internalTokens.trainer),
    checkpointReader: container.isBound(tokens.checkpointReader.key)
      ? resolve(container, tokens.checkpointReader)
      : null,
    dispose: () => container.unbindAll(),
  };
}
