import { completeTrainerOptions } from '../../../src/contracts';
import { Sampler, loader } from '../../../src/data';
import { shareOf } from '../../../src/data/loader/share';
import { start } from '../../../src/engine';
import { planEvaluation, planFit, planValidation } from '../../../src/trainer/run-plan';
import { probe } from './helpers/probe-transform';
import { smallDataset } from './helpers/small-dataset';

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const defaults = completeTrainerOptions({ maxEpochs: 1 });
const limits = [null, 0.01, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.99, 1, 2, 5];

/** What a call gives, or the sentence that it fails with. */
function outcome<T>(call: () => T): T | string {
  try {
    return call();
  } catch (error) {
    return (error as Error).message;
  }
}

interface Group {
  readonly length: number;
  readonly batchSize: number;
  readonly worldSize: number;
}

const groups: Group[] = range(0, 13).flatMap((length) =>
  range(1, 4).flatMap((worldSize) => [1, 2, 3, 5, 8].map((batchSize) => ({ length, batchSize, worldSize }))),
);

/** The same call for every rank of a group. */
function everyRank<T>({ worldSize }: Group, call: (rank: number) => T): T[] {
  return range(0, worldSize - 1).map(call);
}

const modes = [
  { dropLast: false, pad: false },
  { dropLast: false, pad: true },
  { dropLast: true, pad: true },
];

describe("the ranks' shares of a data set", () => {
  it('have one number of batches for the group, that of the rank with the most', () => {
    for (const mode of modes) {
      for (const group of groups) {
        const shares = everyRank(group, (rank) => shareOf({ ...group, ...mode, rank }));
        expect(new Set(shares.map(({ groupBatches }) => groupBatches)).size).toBe(1);
        expect(shares[0]!.groupBatches).toBe(Math.max(...shares.map(({ batches }) => batches)));
        // Where training waits for every rank at every batch, all have as many.
        if (mode.pad) expect(new Set(shares.map(({ batches }) => batches)).size).toBe(1);
      }
    }
  });

  it('contain each sample once without padding, and as many of each as the sampler distributes', () => {
    for (const group of groups) {
      const dealt = everyRank(group, (rank) => {
        const sampler = new Sampler({ ...group, rank, shuffle: false, seed: 0, pad: false });
        expect(sampler.length).toBe(shareOf({ ...group, rank, dropLast: false, pad: false }).samples);
        return [...sampler.order(0)];
      });
      expect(dealt.flat().sort((a, b) => a - b)).toEqual(range(0, group.length - 1));
    }
  });
});

describe('what ranks derive from a data set and its limits', () => {
  beforeAll(() => start());

  it('is the same on all of them: the number of batches, or the error', async () => {
    for (const group of groups.filter(({ length }) => length > 0 && length < 8)) {
      const { length, batchSize, worldSize } = group;
      for (const dropLast of [false, true]) {
        const made = everyRank(group, (rank) =>
          outcome(() => {
            const shared = { batchSize, rank, worldSize, seed: 0, workers: 0, transform: probe() };
            const train = loader(smallDataset(length), { ...shared, dropLast });
            const heldOut = loader(smallDataset(length), { ...shared, pad: false, shuffle: false });
            return { train, heldOut };
          }),
        );
        const plans = made.map((one) =>
          typeof one === 'string'
            ? one
            : limits.map((limit) => {
                const [trained, evaluated] = [one.train.batchesPerEpoch, one.heldOut.batchesPerEpoch];
                const options = { limitTrainBatches: limit, limitValBatches: limit, limitTestBatches: limit };
                const interval = limit !== null && limit < 1 ? { valCheckInterval: limit } : {};
                return [
                  outcome(() => planFit({ ...defaults, ...options }, trained).batchesPerEpoch),
                  outcome(() => planFit({ ...defaults, overfitBatches: limit }, trained).batchesPerEpoch),
                  outcome(() => planValidation({ ...defaults, ...options, ...interval }, evaluated, trained)),
                  outcome(() => planValidation({ ...defaults, overfitBatches: limit }, evaluated, trained)),
                  outcome(() => planEvaluation('test', { ...defaults, ...options }, evaluated)),
                ];
              }),
        );
        for (const plan of plans) expect(plan).toEqual(plans[0]);
        for (const one of made) {
          if (typeof one === 'string') continue;
          await one.train.close();
          await one.heldOut.close();
        }
      }
    }
  });

  it.each([
    [1, 2, 4],
    [3, 2, 1],
    [5, 4, 2],
    [7, 3, 2],
  ])('gives %i samples to %i ranks in batches of %i, each once', async (length, worldSize, batchSize) => {
    const seen: number[] = [];
    for (const rank of range(0, worldSize - 1)) {
      const options = { batchSize, rank, worldSize, seed: 0, workers: 0, pad: false, shuffle: false };
      const batches = loader(smallDataset(length), { ...options, transform: probe() });
      expect(batches.batchesPerEpoch).toBe(Math.ceil(Math.ceil(length / worldSize) / batchSize));
      for await (const { indices } of batches.epoch(0)) seen.push(...(await indices.data()));
      await batches.close();
    }
    expect(seen.sort((a, b) => a - b)).toEqual(range(0, length - 1));
  });
});
