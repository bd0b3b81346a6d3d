import { nearest } from '../../../src/evaluation';
import { embeddings } from '../fakes/embeddings';

const four = { features: Float32Array.of(1, 0, 0, 2, 3, 3, -1, 0), width: 2, names: ['a', 'b', 'c', 'd'] };

describe('nearest', () => {
  it('gives the k images of the largest cosine, the nearest first, whatever their length', () => {
    expect(nearest(four, Float32Array.of(5, 0), 2)).toEqual([
      { name: 'a', similarity: 1, row: 0 },
      { name: 'c', similarity: expect.closeTo(Math.SQRT1_2, 12) as unknown, row: 2 },
    ]);
  });

  it('returns all if there are fewer, and the first row first among equally near ones', () => {
    const twins = { features: Float32Array.of(0, 1, 1, 0, 1, 0), width: 2, names: ['x', 'y', 'z'] };
    expect(nearest(twins, Float32Array.of(1, 0), 9).map(({ name }) => name)).toEqual(['y', 'z', 'x']);
  });

  it('leaves out rows that point nowhere', () => {
    const some = { features: Float32Array.of(0, 0, NaN, 1, 1, 1), width: 2, names: ['zero', 'NaN', 'one'] };
    expect(nearest(some, Float32Array.of(1, 1), 3)).toEqual([
      { name: 'one', similarity: expect.closeTo(1, 12) as unknown, row: 2 },
    ]);
  });

  it('rejects a query of another width, and one that points nowhere', () => {
    expect(() => nearest(embeddings, Float32Array.of(1, 2), 3)).toThrow(
      'The query has 2 features, but the embeddings have 3. Embed both with the same model.',
    );
    expect(() => nearest(four, Float32Array.of(0, 0), 3)).toThrow(
      "The query's features have no direction: they are all zero, or not finite. " +
        'Use another query image, or embed with an earlier checkpoint.',
    );
  });
});
