import type { z } from 'zod';

/**
 * The value that a word of the command line stands for: the first reading that the option accepts, of a number, a
 * boolean, `null` and the text itself. `true` stands for an option without a value.
 */
export function readText(schema: z.ZodType, text: string | true): unknown {
  const readings = text === true ? [true] : readingsOf(text);
  const fitting = readings.findIndex((reading) => schema.safeParse(reading).success);
  return readings[Math.max(fitting, 0)];
}

function readingsOf(text: string): unknown[] {
  const trimmed = text.trim();
  const number = trimmed === '' ? NaN : Number(trimmed);
  return [
    ...(Number.isFinite(number) ? [number] : []),
    ...(trimmed === 'true' || trimmed === 'false' ? [trimmed === 'true'] : []),
    ...(trimmed === 'null' ? [null] : []),
    text,
  ];
}
