import { sameEmoji, withoutOwnEmoji } from '../../../bench/methods/same-emoji';
import type { FeatureTable } from '../../../src';

const table = (rows: readonly (readonly number[])[], labels: readonly number[]): FeatureTable => ({
  features: Float32Array.from(rows.flat()),
  labels: Int32Array.from(labels),
  width: rows[0]?.length ?? 0,
});

const labels = [0, 0, 1, 1];
const directions = [0, 10, 180, 190].map((degrees) => [
  Math.cos((degrees * Math.PI) / 180),
  Math.sin((degrees * Math.PI) / 180),
]);
const gallery = table(directions, labels);

describe('sameEmoji', () => {
  it('counts the queries whose own row is the most similar, or among the first n', () => {
    expect(sameEmoji(gallery, gallery, [1, 2])).toEqual([1, 1]);
    const swapped = table(
      [1, 0, 2, 3].map((row) => directions[row] ?? []),
      labels,
    );
    expect(sameEmoji(gallery, swapped, [1, 2])).toEqual([0.5, 1]);
  });

  it('finds nothing if all features are the same', () => {
    const collapsed = table(
      [0, 1, 2, 3].map(() => [1, 0]),
      labels,
    );
    expect(sameEmoji(collapsed, collapsed, [1, 3, 4])).toEqual([0, 0, 1]);
  });

  it('finds nothing if features are not finite', () => {
    expect(
      sameEmoji(
        gallery,
        table(
          [0, 1, 2, 3].map(() => [NaN, 0]),
          labels,
        ),
        [1, 3],
      ),
    ).toEqual([0, 0]);
  });
});

describe('withoutOwnEmoji', () => {
  const rule = { k: 1, temperature: 0.1, classes: 2 };

  it("predicts a class from the neighbours other than the query's own row", () => {
    expect(withoutOwnEmoji(gallery, gallery, rule)).toBe(1);
    // Alone in its class, an emoji has no neighbour of it left.
    expect(withoutOwnEmoji(table(directions, [0, 1, 1, 1]), table(directions, [0, 1, 1, 1]), rule)).toBe(0.5);
  });

  it('weighs votes by similarity', () => {
    const queries = table(
      [directions[1] ?? [], directions[1] ?? [], directions[2] ?? [], directions[2] ?? []],
      labels,
    );
    expect(withoutOwnEmoji(gallery, queries, { ...rule, k: 3 })).toBe(1);
  });
});
