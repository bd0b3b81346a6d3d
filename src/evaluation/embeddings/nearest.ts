import { FulgurError } from '../../errors';
import type { Embeddings } from './embeddings';

/** An image close to a query. */
export interface Neighbour {
  readonly name: string;
  /** The cosine of the angle between the features, from -1 to 1. */
  readonly similarity: number;
  /** Its row in the embeddings. */
  readonly row: number;
}

/**
 * Returns the images whose features have the directions closest to the query's, the nearest first; of equally near ones
 * the first row.
 * @param query features of one image, `[width]`.
 * @param k the number of images; all rows of embeddings that have fewer.
 * @throws FulgurError `data` for features of another width, or that are not finite or zero.
 */
export function nearest(
  { features, width, names }: Pick<Embeddings, 'features' | 'width' | 'names'>,
  query: Float32Array,
  k: number,
): Neighbour[] {
  const length = norm(query, 0, query.length);
  if (query.length !== width) {
    throw new FulgurError('data', {
      what: `The query has ${query.length} features, but the embeddings have ${width}.`,
      fix: 'Embed both with the same model.',
    });
  }
  if (!(length > 0 && length < Infinity)) {
    throw new FulgurError('data', {
      what: "The query's features have no direction: they are all zero, or not finite.",
      fix: 'Use another query image, or embed with an earlier checkpoint.',
    });
  }
  const best: Neighbour[] = [];
  for (const [row, name] of names.entries()) {
    const similarity = cosine(features, row * width, query, length);
    const last = best.at(-1);
    if (Number.isNaN(similarity) || (best.length >= k && last !== undefined && similarity <= last.similarity))
      continue;
    insert(best, { name, similarity, row });
    if (best.length > k) best.pop();
  }
  return best;
}

/** Keeps the list in order; a new row comes after those that are equally near. */
function insert(best: Neighbour[], found: Neighbour): void {
  let place = best.length;
  while (place > 0 && (best[place - 1]?.similarity ?? Infinity) < found.similarity) place -= 1;
  best.splice(place, 0, found);
}

/** Returns NaN for a row that is zero or not finite: it is near to nothing. */
function cosine(features: Float32Array, from: number, query: Float32Array, length: number): number {
  let product = 0;
  let square = 0;
  for (let i = 0; i < query.length; i++) {
    const value = features[from + i] ?? NaN;
    product += value * (query[i] ?? NaN);
    square += value * value;
  }
  if (!(square > 0 && square < Infinity)) return NaN;
  return Math.min(1, Math.max(-1, product / (Math.sqrt(square) * length)));
}

function norm(values: Float32Array, from: number, to: number): number {
  let square = 0;
  for (let i = from; i < to; i++) square += (values[i] ?? NaN) ** 2;
  return Math.sqrt(square);
}
