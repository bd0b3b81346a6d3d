import { Sampler } from '../../../src/data';

function order(options: Partial<ConstructorParameters<typeof Sampler>[0]>, epoch = 0): number[] {
  return [...new Sampler({ length: 11, shuffle: true, seed: 3, ...options }).order(epoch)];
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
const ascending = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe('Sampler', () => {
  it('keeps the order of the data set if it does not shuffle', () => {
    expect(order({ shuffle: false }, 5)).toEqual(ascending);
  });

  it('draws an order of all samples from seed and epoch alone', () => {
    expect(sorted(order({}, 1))).toEqual(ascending);
    expect(order({}, 1)).toEqual(order({}, 1));
    expect(order({}, 1)).not.toEqual(order({}, 2));
    expect(order({ seed: 4 }, 1)).not.toEqual(order({}, 1));
    const sampler = new Sampler({ length: 11, shuffle: true, seed: 3 });
    sampler.order(7);
    expect([...sampler.order(1)]).toEqual(order({}, 1));
  });

  it('gives every third sample of the same order to each of three ranks, padded with its own beginning', () => {
    const whole = order({}, 4);
    const shares = [0, 1, 2].map((rank) => order({ rank, worldSize: 3 }, 4));
    expect(shares.map((share) => share.length)).toEqual([4, 4, 4]);
    const padded = [...whole, whole[0]!];
    expect(shares).toEqual([0, 1, 2].map((rank) => padded.filter((_, place) => place % 3 === rank)));
  });

  it('truncates the order instead of padding it on request', () => {
    const whole = order({}, 4);
    const shares = [0, 1, 2].map((rank) => order({ rank, worldSize: 3, dropLast: true }, 4));
    expect(sorted(shares.flat())).toEqual(sorted(whole.slice(0, 9)));
    expect(new Sampler({ length: 11, shuffle: true, seed: 3, worldSize: 3, dropLast: true }).length).toBe(3);
  });

  it('gives every rank a sample if there are fewer samples than ranks', () => {
    const shares = [0, 1, 2, 3, 4].map((rank) => order({ length: 2, shuffle: false, rank, worldSize: 5 }));
    expect(shares).toEqual([[0], [1], [0], [1], [0]]);
  });

  it('rejects a rank that does not exist', () => {
    expect(() => order({ rank: 2, worldSize: 2 })).toThrow(
      'Rank 2 does not exist among 2 ranks. Use a whole number from 0 to 1.',
    );
    expect(() => order({ worldSize: 0 })).toThrow(
      "The loader's worldSize is 0. Use a whole number of at least 1.",
    );
  });
});
