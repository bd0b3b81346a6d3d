import { shortened, valueText } from './value-text';

/**
 * Describes a value of the wrong type: `the text "0.5"`, `a tensor of shape [4, 3]`, `a list`, `a Linear`. Numbers,
 * booleans, `null` and `undefined` stand for themselves.
 */
export function valueKind(value: unknown): string {
  if (typeof value === 'string') return `the text ${shortened(valueText(value))}`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  if ('dtype' in value && 'shape' in value && Array.isArray(value.shape)) {
    return `a tensor of shape [${value.shape.join(', ')}]`;
  }
  const { name = '' } = ((value as { constructor?: unknown }).constructor ?? {}) as {
    readonly name?: string;
  };
  return name === 'Object' || name === '' ? 'an object' : withArticle(name);
}

/** Puts `a` or `an` before a class's name as it is spoken: an initial run of capitals is spelt out. */
export function withArticle(name: string): string {
  const startsWithVowel = /^(?:[AEIOaeio]|[Uu](?!n[ie]|se)|[AEFHILMNORSX](?=[A-Z\d]|$))/.test(name);
  return `${startsWithVowel ? 'an' : 'a'} ${name}`;
}

/** Returns a number with its noun: `1 view`, `2 views`. */
export function counted(number: number, noun: string): string {
  return `${number} ${number === 1 ? noun : `${noun}s`}`;
}
