import { z } from 'zod';

/**
 * The values that an option can have, where they are few: those of an enumeration, and of a union the fixed ones and what
 * else it takes. `null` where there is nothing to choose from.
 */
export function choicesOf(schema: z.ZodType): readonly string[] | null {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return choicesOf(schema.unwrap() as z.ZodType);
  }
  if (schema instanceof z.ZodPipe) return choicesOf(schema.out as z.ZodType);
  if (schema instanceof z.ZodEnum) return schema.options.map(String);
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String);
  if (!(schema instanceof z.ZodUnion)) return null;
  const parts = schema.options.map((option) => choicesOf(option as z.ZodType));
  if (parts.every((part) => part === null)) return null;
  return [...parts.flatMap((part) => part ?? []), ...(parts.includes(null) ? ['a number'] : [])];
}
