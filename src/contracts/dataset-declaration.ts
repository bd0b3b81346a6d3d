import { withArticle } from '../errors';
import type { Json } from './json';

/** Marks what a function of `defineDataset` returns, and carries its definition; the same in every copy of Fulgur. */
export const definedBy = Symbol.for('fulgur.dataset.definedBy');

/** A data set of one's own with its options: what `data: { dataset: photoList({ csv: 'photos.csv' }) }` takes. */
export interface DatasetDeclaration {
  /** As messages and records have it: the name of its export. */
  readonly name: string;
  /** How another thread declares it again: `require(module)[export](options)`. */
  readonly spec: {
    /** Absolute path. */
    readonly module: string;
    readonly export: string;
    /** As they were given. */
    readonly options: Json;
  };
  readonly [definedBy]: unknown;
}

/** Whether a value is what a function of `defineDataset` returned. */
export function isDatasetDeclaration(value: unknown): value is DatasetDeclaration {
  return typeof value === 'object' && value !== null && definedBy in value;
}

/** What is wrong with a value in the place of a declaration; `null` for one. */
export function datasetProblem(value: unknown): string | null {
  if (isDatasetDeclaration(value)) return null;
  if (typeof value === 'function') {
    return definedBy in value
      ? `must be called: dataset: ${value.name}({ ... })`
      : `must be what a function of defineDataset returns, not a ${isClass(value) ? 'class' : 'function'}; ${example}`;
  }
  const { name = 'Object' } = (value as { constructor?: { name?: string } } | null)?.constructor ?? {};
  const found =
    typeof value !== 'object' ? `a ${typeof value}` : name === 'Object' ? 'an object' : withArticle(name);
  return `must be what a function of defineDataset returns, not ${found}; ${example}`;
}

const example =
  "write export const photos = defineDataset({ export: 'photos', open: () => ({ length, read }) }) and give dataset: photos()";

function isClass(value: unknown): boolean {
  return String(value).startsWith('class');
}
