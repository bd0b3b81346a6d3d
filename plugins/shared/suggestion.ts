import { closest, distance } from 'fastest-levenshtein';

/** Letters that may differ. */
const NEAR = 4;

/** `Did you mean 'loss'? ` for a name that is close enough to one of the known ones; nothing for others. */
export function suggestion(given: string, known: readonly string[]): string {
  if (known.length === 0) return '';
  const nearest = closest(given, known);
  return distance(given, nearest) <= Math.min(NEAR, given.length / 2) ? `Did you mean '${nearest}'? ` : '';
}
