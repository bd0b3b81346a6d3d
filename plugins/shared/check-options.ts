import type { z } from 'zod';
import { definePlugin } from '../../src';
import type { PluginClass, PluginDescriptor, Token } from '../../src';

/**
 * A plugin with the options of its factory, their defaults filled in. Wrong ones are the run's to report: an experiment
 * file that lists them still loads, so that `--help` works and all that is wrong is said at once.
 *
 * @param factory what the user called, for the report.
 */
export function pluginWithOptions<Monitors extends string = never, Logs extends string = never>(
  type: PluginClass,
  factory: string,
  schema: z.ZodType,
  options: unknown,
  provides: readonly Token<unknown>[] = [],
): PluginDescriptor<Monitors, Logs> {
  const result = schema.safeParse(options);
  if (result.success) return definePlugin<Monitors, Logs>(type, result.data, provides);
  const problems = result.error.issues.map((issue) => `${factory}(): ${describe(issue, options)}.`);
  return definePlugin<Monitors, Logs>(type, options, provides, problems);
}

function describe(issue: z.core.$ZodIssue, options: unknown): string {
  if (issue.code === 'unrecognized_keys') return `there is no option ${issue.keys.join(', ')}`;
  const reason = issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  if (issue.path.length === 0) return reason;
  const value = issue.path.reduce<unknown>(
    (at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key],
    options,
  );
  return `${issue.path.join('.')} is ${shown(value)} (${reason})`;
}

function shown(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return String(value);
  return typeof value === 'function' ? 'a function' : JSON.stringify(value);
}
