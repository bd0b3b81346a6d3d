import { closest, distance } from 'fastest-levenshtein';

/**
 * Returns the name that was probably meant, or `null` if none is close, by the number of letters to add, drop or
 * replace.
 *
 * @param limit the number of letters that may differ (default: half of those given, at most 4).
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

/** Returns `Did you mean 'loss'? `, to precede a fix, or an empty string if no name is close. */
export function suggestion(given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known);
  return nearest === null ? '' : `Did you mean '${nearest}'? `;
}
