import { closest, distance } from 'fastest-levenshtein';

/**
 * The name that was probably meant, or `null` where none is near: letters to add, drop or replace are counted.
 *
 * @param limit letters that may differ (default: half of those given, at most 4).
 */
export function nearestName(
  given: string,
  known: readonly string[],
  limit = Math.min(4, given.length / 2),
): string | null {
  if (known.length === 0) return null;
  const nearest = closest(given, known);
  return distance(given, nearest) <= limit ? nearest : null;
}

/** `Did you mean 'loss'? `, to put before a fix; nothing where no name is near. */
export function suggestion(given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  return nearest === null ? '' : `Did you mean '${nearest}'? `;
}
