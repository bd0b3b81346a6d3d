import { SingleDevice } from '../../../src/strategy';
import { start } from '../../../src/engine';
import { runInfo } from '../../../src/trainer/fit/fit-run';
import { FakeRanks } from '../../ranks/fake-ranks';
import { settings } from '../fakes/fit';

beforeAll(() => start());

it.each([1, 2, 3])('counts the samples of all ranks once: %i ranks', (worldSize) => {
  const strategy = Object.assign(new SingleDevice(), { ranks: new FakeRanks(worldSize) });
  const share = { samples: Math.ceil(8000 / worldSize), batchesPerEpoch: 10 };
  const place = { folder: 'runs/a', data: { name: 'digits', samples: 8000, batchSize: 64 } };
  const told = { settings, strategy, steps: { device: () => 'cpu' } };
  const task = { data: share, resumeFrom: null };
  expect(runInfo({ ...told, place }, task).data).toEqual({
    name: 'digits',
    samples: 8000,
    batchSize: 64,
    ranks: worldSize,
  });
  expect(runInfo({ ...told, place: null }, task).data.samples).toBe(share.samples * worldSize);
});
