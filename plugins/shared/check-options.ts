import type { z } from 'zod';
import { checkedOptions } from '../../src';
import type { PluginClass, PluginDescriptor, Token } from '../../src';

/** A plugin with the options of its factory, their defaults filled in. */
export function pluginWithOptions<Monitors extends string = never, Logs extends string = never>(
  type: PluginClass,
  factory: string,
  schema: z.ZodType,
  options: unknown,
  provides: readonly Token<unknown>[] = [],
): PluginDescriptor<Monitors, Logs> {
  return { type, provides, ...checkedOptions(schema, factory, options) };
}
