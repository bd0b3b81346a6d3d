import type { z } from 'zod';
import { FulgurError } from '../src';

/**
 * The options of a plugin's factory with their defaults filled in.
 *
 * @param factory what the user called, for the error.
 * @throws FulgurError `config`, naming every wrong option with its value.
 */
export function checkOptions<S extends z.ZodType>(factory: string, schema: S, options: unknown): z.output<S> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => describe(issue, options));
  throw new FulgurError('config', {
    what: `${factory}() cannot use its options: ${problems.join('; ')}.`,
    fix: `Correct ${problems.length === 1 ? 'it' : 'them'} where the experiment lists its plugins.`,
  });
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
