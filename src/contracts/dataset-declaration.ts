import { withArticle } from '../errors';
import type { Json } from './json';

/**
 * Marks the values that functions made by `defineDataset` return, and carries their definition; the same symbol in
 * every copy of Fulgur.
 */
export const definedBy = Symbol.for('fulgur.dataset.definedBy');

/** Your own data set with its options, as in `data: { dataset: photoList({ csv: 'photos.csv' }) }`. */
export interface DatasetDeclaration {
  /** The name used in messages and records: that of its export. */
  readonly name: string;
  /** How another thread declares it: `require(module)[export](options)`. */
  readonly spec: {
    /** Absolute path. */
    readonly module: string;
    readonly export: string;
    /** The options as given. */
    readonly options: Json;
  };
  readonly [definedBy]: unknown;
}

/** Whether a value was returned by a function made by `defineDataset`. */
export function isDatasetDeclaration(value: unknown): value is DatasetDeclaration {
  return typeof value === 'object' && value !== null && definedBy in value;
}

/** What is wrong with a value given as a declaration; `null` for a valid one. */
export function datasetProblem(value: unknown): string | null {
  if (isDatasetDeclaration(value)) return null;
  if (typeof value === 'function') {
    return definedBy in value
      ? `must be called: dataset: ${value.name}({ ... })`
      : `must be the result of a function made by defineDataset, not a ${isClass(value) ? 'class' : 'function'}; ${example}`;
  }
  const { name = 'Object' } = (value as { constructor?: { name?: string } } | null)?.constructor ?? {};
  const found =
    typeof value !== 'object' ? `a ${typeof value}` : name === 'Object' ? 'an object' : withArticle(name);
  return `must be the result of a function made by defineDataset, not ${found}; ${example}`;
}

const example =
  "write export const photos = defineDataset({ export: 'photos', open: () => ({ length, read }) }) and pass dataset: photos()";

function isClass(value: unknown): boolean {
  return String(value).startsWith('class');
}
