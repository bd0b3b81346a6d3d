import type { FeatureTable, NeighbourRule } from '../../src';

/**
 * Returns the share of queries whose own emoji is among the n most similar rows of the gallery, for each n.
 *
 * @param gallery row i shows the same emoji as row i of `queries`; rows of both have length 1.
 */
export function sameEmoji(gallery: FeatureTable, queries: FeatureTable, counts: readonly number[]): number[] {
  const found = counts.map(() => 0);
  forEachQuery(gallery, queries, (similarities, own) => {
    const wanted = similarities[own] ?? NaN;
    // Equal and non-finite similarities count as nearer, so that a model with constant features finds nothing.
    const isNearer = (value: number): boolean => !(value < wanted);
    const before = similarities.reduce(
      (sum, value, row) => sum + (row !== own && isNearer(value) ? 1 : 0),
      0,
    );
    counts.forEach((count, i) => (found[i] = (found[i] ?? 0) + (before < count ? 1 : 0)));
  });
  return found.map((count) => count / queries.labels.length);
}

/** Returns the share of queries whose class the nearest rows of the gallery predict, excluding the query's own emoji. */
export function withoutOwnEmoji(gallery: FeatureTable, queries: FeatureTable, rule: NeighbourRule): number {
  let right = 0;
  forEachQuery(gallery, queries, (similarities, own) => {
    const nearest = [...similarities.keys()]
      .filter((row) => row !== own)
      .sort((a, b) => (similarities[b] ?? 0) - (similarities[a] ?? 0))
      .slice(0, rule.k);
    const votes = new Float64Array(rule.classes);
    for (const row of nearest) {
      const label = gallery.labels[row] ?? 0;
      votes[label] = (votes[label] ?? 0) + Math.exp((similarities[row] ?? 0) / rule.temperature);
    }
    if (votes.indexOf(Math.max(...votes)) === queries.labels[own]) right += 1;
  });
  return right / queries.labels.length;
}

function forEachQuery(
  gallery: FeatureTable,
  queries: FeatureTable,
  visit: (similarities: Float32Array, own: number) => void,
): void {
  const { width } = gallery;
  const similarities = new Float32Array(gallery.labels.length);
  for (let query = 0; query < queries.labels.length; query++) {
    const asked = queries.features.subarray(query * width, (query + 1) * width);
    for (let row = 0; row < similarities.length; row++) {
      let product = 0;
      for (let i = 0; i < width; i++) product += (asked[i] ?? 0) * (gallery.features[row * width + i] ?? 0);
      similarities[row] = product;
    }
    visit(similarities, query);
  }
}
