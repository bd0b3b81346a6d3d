import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { PluginClass } from '../contracts';
import { isPlugin, pluginMetadata } from '../metadata';

/** A plugin in the folder `plugins`, shipped with Fulgur. */
export interface ShippedPlugin {
  /** Where it is imported from: `fulgur/plugins/<folder>`. */
  readonly folder: string;
  readonly help: string;
}

// Beside `src`, like experiments.
const parent = join(__dirname, '..', '..', 'plugins');
const load = createRequire(__filename);

/** Returns all shipped plugins, by folder. */
export function shippedPlugins(): ShippedPlugin[] {
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((folder) => {
      const help = helpOf(folder);
      return help === null ? [] : [{ folder, help }];
    });
}

/** Returns `null` for a folder without a plugin, which contains code shared by plugins. */
function helpOf(folder: string): string | null {
  const exports = exportsOf(folder);
  const type = Object.values(exports).find(
    (value) => typeof value === 'function' && isPlugin(value as PluginClass),
  );
  return type === undefined ? null : (pluginMetadata(type as PluginClass).help ?? '');
}

function exportsOf(folder: string): Readonly<Record<string, unknown>> {
  try {
    return load(join(parent, folder)) as Readonly<Record<string, unknown>>;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'MODULE_NOT_FOUND') return {};
    throw error;
  }
}
