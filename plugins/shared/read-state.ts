import { z } from 'zod';
import type { Json } from '../../src';

/** Any number: states may also contain non-finite numbers. */
export const stateNumber = z.custom<number>((value) => typeof value === 'number', 'is not a number');

/**
 * Validates a plugin's state from a checkpoint, which may have been edited, or written by another version.
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
