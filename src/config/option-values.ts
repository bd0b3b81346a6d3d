import { z } from 'zod';
import { valueText } from '../errors';
import { nearestChoice } from './problems';

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

/** What is wrong with a value that an option does not take, in words. */
export function refusal(schema: z.ZodType, error: z.ZodError, value: unknown): string {
  const choices = choicesOf(schema) ?? [];
  const isChoice = error.issues[0]?.code === 'invalid_value';
  const must = isChoice ? `must be one of ${choices.join(', ')}` : describe(error);
  const nearest = isChoice && typeof value === 'string' ? nearestChoice(value, choices) : null;
  return `${must}, not ${valueText(value)}${nearest === null ? '' : `; did you mean ${nearest}?`}`;
}

function describe(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'is wrong';
  if (issue.code === 'invalid_union') return describeUnion(issue.errors);
  return issue.message.startsWith('must')
    ? issue.message
    : `must be ${issue.message.replace(/^.*expected /i, '').replace(/, received .*$/, '')}`;
}

/** A union says what is wrong in the words of an alternative that has its own; else it lists what they expect. */
function describeUnion(alternatives: readonly (readonly z.core.$ZodIssue[])[]): string {
  const issues = alternatives.flatMap((alternative) => alternative.slice(0, 1));
  const worded = issues.find(({ message }) => message.startsWith('must'));
  return worded?.message ?? 'has the wrong type';
}
