import { createHash } from 'node:crypto';
import type { ResolvedConfig } from '../config';
import { jsonText, parseJson, tokens } from '../contracts';
import type { AnyPlugin, Json, PluginHooks, RunOrigin } from '../contracts';
import type { DataInfo } from '../data';
import { pluginMetadata, pluginName } from '../metadata';
import { redactedData } from '../system';

/** What a run's checkpoints say that it was started with. */
export function runOrigin(
  config: ResolvedConfig,
  plugins: readonly AnyPlugin[],
  { name, samples, classes, fingerprint }: DataInfo,
): RunOrigin {
  return {
    config: config.toJson(),
    declared: config.declared,
    data: { name, samples, classes, fingerprint },
    plugins: trainingPlugins(plugins),
    pluginDigests: Object.fromEntries(
      plugins.map((plugin) => [pluginName(plugin), digestOf(plugin.options)]),
    ),
  };
}

/** Of options that are not plain data, such as a stream, only that there are some. */
function plainText(options: unknown): string {
  try {
    return jsonText(options ?? null);
  } catch {
    return '"not plain"';
  }
}

function digestOf(options: unknown): string {
  return createHash('sha256').update(plainText(options)).digest('hex').slice(0, 16);
}

/** Options of the plugins that training depends on, by plugin name. */
export function trainingPlugins(plugins: readonly AnyPlugin[]): Record<string, Json> {
  return Object.fromEntries(
    plugins
      .filter(affectsTraining)
      .map((plugin) => [pluginName(plugin), redactedData(parseJson(plainText(plugin.options)))]),
  );
}

/** Step hooks by which a plugin changes an update; what it only watches in the forward pass changes none. */
const changingHooks: readonly (keyof PluginHooks)[] = [
  'onBeforeBackward',
  'onAfterBackward',
  'onBeforeOptimizerStep',
];

function affectsTraining({ type, provides }: AnyPlugin): boolean {
  const said = pluginMetadata(type).affectsTraining;
  if (said !== undefined) return said;
  const changes = changingHooks.some((hook) => hook in (type.prototype as object));
  const services: readonly symbol[] = [tokens.strategy.key, tokens.batchStatistics.key];
  return changes || provides.some(({ key }) => services.includes(key));
}
