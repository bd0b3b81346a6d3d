import { closest, distance } from 'fastest-levenshtein';

/** Letters that may differ. */
const NEAR = 4;

/** A name close enough to `given` to be what was meant, or `null`. */
export function nearestName(given: string, names: readonly string[]): string | null {
  if (names.length === 0) return null;
  const nearest = closest(given, names);
  return distance(given, nearest) <= Math.min(NEAR, given.length / 2) ? nearest : null;
}
