import { z } from 'zod';
import type { Json } from '../../src';

/** Any number: states keep those that are not finite as well. */
export const stateNumber = z.custom<number>((value) => typeof value === 'number', 'is not a number');

/**
 * A plugin's own state out of a checkpoint: files are edited, and written by other versions.
 *
 * @throws Error that names the first part that is wrong.
 */
export function readState<T>(schema: z.ZodType<T>, state: Json): T {
  const result = schema.safeParse(state);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue?.path.join('.') ?? '';
  const said = issue?.message ?? 'is wrong';
  throw new Error(`in it, ${path === '' ? 'the state' : path}${said.startsWith('is ') ? ' ' : ': '}${said}`);
}
