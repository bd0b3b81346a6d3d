import { z } from 'zod';
import { escaped } from './markdown';

/** What a schema takes, as JSON Schema says it; only the parts that options have. */
export interface Values {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Values[];
  readonly prefixItems?: readonly Values[];
  readonly items?: Values;
  readonly additionalProperties?: Values | false;
  readonly properties?: Readonly<Record<string, Values>>;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minLength?: number;
  readonly default?: unknown;
  readonly description?: string;
}

/** The values that a schema takes before it fills in anything. */
export function valuesOf(schema: z.ZodType): Values {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as object;
}

/** A type in words: `whole number`, `'train' or 'test'`, `number or null`. */
export function typeWords(values: Values): string {
  if (typeof values.type === 'object') {
    return values.type.map((type) => typeWords({ ...values, type })).join(' or ');
  }
  if (values.anyOf !== undefined) {
    // "Not set" in the column of defaults says that null is a value.
    const parts = values.anyOf.filter(({ type }) => type !== 'null' || (values.default ?? null) !== null);
    return [...new Set(parts.map(typeWords))].join(' or ');
  }
  if (values.enum !== undefined) return values.enum.map(literal).join(', ');
  if (values.const !== undefined) return literal(values.const);
  if (values.type === 'integer') return 'whole number';
  if (values.type === 'string') return 'text';
  if (values.type === 'array') {
    const parts = values.prefixItems ?? (values.items === undefined ? [] : [values.items]);
    const words = [...new Set(parts.map(typeWords))].join(', ');
    return values.prefixItems === undefined ? `list of: ${words}` : `${parts.length} of: ${words}`;
  }
  if (values.type === 'object') {
    const { additionalProperties: of } = values;
    return typeof of === 'object' ? `object of: ${typeWords(of)}` : 'object';
  }
  return values.type ?? 'a value in code';
}

function literal(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

/** Limits in words: `from 1`, `above 0, at most 1024`; nothing where there are none. */
export function rangeWords(values: Values): string {
  if (values.anyOf !== undefined) {
    return [...new Set(values.anyOf.map(rangeWords))].filter((words) => words !== '').join('; ');
  }
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, items } = values;
  const isLimit = (limit: number | undefined): limit is number =>
    limit !== undefined && Math.abs(limit) < Number.MAX_SAFE_INTEGER;
  const words = [
    ...(isLimit(exclusiveMinimum) ? [`above ${exclusiveMinimum}`] : []),
    ...(isLimit(minimum) && !(exclusiveMinimum !== undefined && exclusiveMinimum >= minimum)
      ? [`from ${minimum}`]
      : []),
    ...(isLimit(exclusiveMaximum) ? [`below ${exclusiveMaximum}`] : []),
    ...(isLimit(maximum) ? [`at most ${maximum}`] : []),
    ...(minLength === undefined ? [] : ['not empty']),
    ...(items === undefined ? [] : [rangeWords(items)]),
  ];
  return words.filter((word) => word !== '').join(', ');
}

/** Type and limits: `whole number, above 0`. */
export function valueWords(values: Values): string {
  return [typeWords(values), rangeWords(values)].filter((words) => words !== '').join(', ');
}

/** A default as code, or that there is none. */
export function defaultWords(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  return `<code>${escaped(typeof value === 'string' ? value : JSON.stringify(value))}</code>`;
}
