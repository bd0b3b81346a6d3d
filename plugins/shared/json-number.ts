/** A number as JSON can hold it: NaN and the infinities, which JSON has no numbers for, by their names. */
export type JsonNumber = number | 'NaN' | 'Infinity' | '-Infinity';

export function toJsonNumber(value: number): JsonNumber {
  return Number.isFinite(value) ? value : (String(value) as JsonNumber);
}

/** Metrics with JSON's numbers. */
export function toJsonNumbers(values: Readonly<Record<string, number>>): Record<string, JsonNumber> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toJsonNumber(value)]));
}

/** The metrics that `toJsonNumbers` wrote. */
export function fromJsonNumbers(values: Readonly<Record<string, JsonNumber>>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
}
