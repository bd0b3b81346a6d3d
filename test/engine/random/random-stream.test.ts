import {
  RandomStream,
  ambientSeed,
  nextInitialisationStream,
  permutation,
  purposes,
  seedEverything,
} from '../../../src/engine/random';
import type { Purpose } from '../../../src/engine/random';

function draw(stream: RandomStream, count = 8): number[] {
  return Array.from({ length: count }, () => stream.word());
}

describe('a random stream', () => {
  it('gives the same numbers for the same coordinates, however draws of streams are mixed', () => {
    const alone = draw(new RandomStream(7, 'view', [1, 2, 3]));
    const first = new RandomStream(7, 'view', [1, 2, 3]);
    const second = new RandomStream(7, 'view', [1, 2, 4]);
    const mixed = alone.map(() => {
      second.word();
      return first.word();
    });
    expect(mixed).toEqual(alone);
  });

  it('shares no number with streams of another seed, purpose or position', () => {
    const streams = [
      new RandomStream(7, 'view', [1, 2, 3]),
      new RandomStream(8, 'view', [1, 2, 3]),
      new RandomStream(7 + 2 ** 32, 'view', [1, 2, 3]),
      new RandomStream(7 + 2 ** 33, 'view', [1, 2, 3]),
      ...(Object.keys(purposes) as Purpose[])
        .filter((purpose) => purpose !== 'view')
        .map((purpose) => new RandomStream(7, purpose, [1, 2, 3])),
      new RandomStream(7, 'view', [2, 1, 3]),
      new RandomStream(7, 'view', [1, 2]),
      new RandomStream(7, 'view'),
    ];
    const words = streams.flatMap((stream) => draw(stream, 64));
    expect(new Set(words).size).toBe(words.length);
  });

  it('stays inside the bounds, and fills them evenly', () => {
    const stream = new RandomStream(1, 'step');
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 20_000; i++) {
      const value = stream.uniform(-5, 5);
      expect(value).toBeGreaterThanOrEqual(-5);
      expect(value).toBeLessThan(5);
      counts[Math.floor(value) + 5]! += 1;
    }
    // 2000 each, deviation 42.
    for (const count of counts) expect(Math.abs(count - 2000)).toBeLessThan(200);
  });

  it('draws whole numbers below a bound without preferring small ones', () => {
    const stream = new RandomStream(2, 'shuffle');
    const bound = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 9000; i++) {
      const value = stream.below(bound);
      expect(value).toBeLessThan(bound);
      if (value < 2 ** 30) low += 1;
    }
    // A third; a bare remainder would give a half.
    expect(Math.abs(low - 3000)).toBeLessThan(250);
  });

  it('rejects a bound below which there is no whole number', () => {
    expect(() => new RandomStream(0, 'step').below(0)).toThrow(
      new RangeError('There is no whole number below 0.'),
    );
    expect(new RandomStream(0, 'step').below(2 ** 32)).toBe(new RandomStream(0, 'step').word());
  });

  it('draws normal numbers of mean 0 and deviation 1', () => {
    const stream = new RandomStream(3, 'initialisation');
    const values = Array.from({ length: 20_000 }, () => stream.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1, 1);
    expect(values.every(Number.isFinite)).toBe(true);
  });

  it('lets an event of probability 0 never happen and one of probability 1 always', () => {
    const stream = new RandomStream(4, 'view');
    for (let i = 0; i < 100; i++) {
      expect(stream.chance(0)).toBe(false);
      expect(stream.chance(1)).toBe(true);
    }
  });
});

describe('a permutation', () => {
  it('holds every index once', () => {
    const order = permutation(1000, new RandomStream(5, 'shuffle', [0]));
    expect(Array.from(order).sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  it('is uniform over all orders', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 12_000; epoch++) {
      const order = permutation(4, new RandomStream(5, 'shuffle', [epoch])).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    const squares = [...counts.values()].reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    expect(counts.size).toBe(24);
    // Chi-square with 23 degrees of freedom: above 49.7 with probability 0.001.
    expect(squares).toBeLessThan(49.7);
  });

  it('of nothing, or of one, needs no draw', () => {
    const stream = new RandomStream(5, 'shuffle');
    expect(permutation(0, stream)).toEqual(new Uint32Array(0));
    expect(permutation(1, stream)).toEqual(new Uint32Array([0]));
    expect(stream.word()).toBe(new RandomStream(5, 'shuffle').word());
  });
});

describe('the ambient seed', () => {
  it('makes parameters that are built in the same order start from the same numbers', () => {
    const build = (): number[] => {
      seedEverything(11);
      return [nextInitialisationStream().word(), nextInitialisationStream().word()];
    };
    const [first, second] = build();
    expect(build()).toEqual([first, second]);
    expect(first).not.toBe(second);
    expect(ambientSeed()).toBe(11);
  });
});
