import type { Json } from '../contracts';

/** A value that differs between runs. */
export interface Difference {
  /** Path of the value: `trainer.maxEpochs`. */
  readonly path: string;
  /** The values as text, by run; `null` if a run has no such value. */
  readonly values: readonly (string | null)[];
}

/** Returns all values that differ between records, by their paths, in the order of the records. */
export function differencesOf(records: readonly Json[]): Difference[] {
  const flat = records.map((record) => valuesByPath(record));
  const paths = new Set(flat.flatMap((values) => [...values.keys()]));
  return [...paths].flatMap((path) => {
    const values = flat.map((one) => one.get(path) ?? null);
    return new Set(values).size > 1 ? [{ path, values }] : [];
  });
}

/** Returns the values of a record as text, by path. */
export function valuesByPath(record: Json, path = ''): Map<string, string> {
  if (typeof record !== 'object' || record === null) return new Map([[path, textOf(record)]]);
  const entries = Object.entries(record as Readonly<Record<string, Json>>);
  if (entries.length === 0) return new Map([[path, Array.isArray(record) ? '[]' : '{}']]);
  if (Array.isArray(record) && record.every((item) => typeof item !== 'object' || item === null)) {
    return new Map([[path, `[${record.map((item) => textOf(item as Json)).join(', ')}]`]]);
  }
  return new Map(
    entries.flatMap(([name, value]) => [...valuesByPath(value, path === '' ? name : `${path}.${name}`)]),
  );
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
