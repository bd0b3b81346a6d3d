import { z } from 'zod';
import type { HyperParameterDefinition, HyperParameterValue } from '../metadata';

/** What a hyperparameter's values must be: the type of its default, within its rules. */
export function hyperParameterSchema(
  { min, max, integer, choices }: HyperParameterDefinition,
  initial: HyperParameterValue,
): z.ZodType<HyperParameterValue> {
  const base = baseSchema(initial, { min, max, integer });
  const checked = choices === undefined ? base : base.pipe(z.literal([...choices]));
  return checked.default(initial);
}

interface Bounds {
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly integer: boolean | undefined;
}

function baseSchema(
  initial: HyperParameterValue,
  { min, max, integer }: Bounds,
): z.ZodType<HyperParameterValue> {
  if (typeof initial === 'boolean') return z.boolean();
  if (typeof initial === 'string') return z.string();
  let schema: z.ZodNumber = integer === true ? z.int('must be a whole number') : z.number();
  if (min !== undefined) schema = schema.min(min, `must be at least ${min}`);
  if (max !== undefined) schema = schema.max(max, `must be at most ${max}`);
  return schema;
}
