import { Throughput, throughput } from '../../../plugins/throughput';
import type { ThroughputOptions } from '../../../plugins/throughput';
import type { Ranks } from '../../../src/contracts';
import { soloRanks } from '../../../src/strategy';
import { FakeRanks } from '../../ranks/fake-ranks';
import { Notes, hookContext } from '../fakes/run';

function setUp(options: ThroughputOptions = {}, ranks: Ranks = soloRanks) {
  const notes = new Notes();
  const plugin = new Throughput(throughput(options).options as never, notes.notify, ranks);
  const batch = (stepSeconds: number, dataSeconds: number, batchSize = 8) => {
    const context = hookContext();
    plugin.onTrainBatchEnd(context, { updated: true, loss: 0, batchSize, stepSeconds, dataSeconds });
    return Object.fromEntries(context.logged.map(([name, value]) => [name, value]));
  };
  return { batch, notes };
}

it('measures over the newest batches, excluding the first of the fit', () => {
  const { batch } = setUp({ window: 2, warnAbove: 1 });
  expect(batch(100, 100)).toEqual({});
  expect(batch(0.75, 0.25)).toEqual({ samples_per_second: 8, data_wait_share: 0.25 });
  expect(batch(1, 0, 24)).toEqual({ samples_per_second: 16, data_wait_share: 0.125 });
  expect(batch(0.5, 0.5, 8)).toEqual({ samples_per_second: 16, data_wait_share: 0.25 });
});

it('counts the samples of all ranks', () => {
  const { batch } = setUp({ warnAbove: 1 }, new FakeRanks(4));
  batch(1, 0);
  expect(batch(1, 0)).toEqual({ samples_per_second: 32, data_wait_share: 0 });
});

it('warns once, when the window is full, if training waits for long', () => {
  const { batch, notes } = setUp({ window: 3 });
  batch(1, 1);
  batch(0.5, 0.5);
  batch(0.5, 0.5);
  expect(notes.said).toEqual([]);
  batch(0.5, 0.5);
  batch(0.5, 0.5);
  expect(notes.said).toEqual([
    'warning: Training waits for data 50% of its time. ' +
      'Increase data.workers if cores are free, or use smaller images or cheaper views.',
  ]);
});

it('reports nothing if data arrives in time', () => {
  const { batch, notes } = setUp({ window: 1 });
  for (let i = 0; i < 5; i++) batch(1, 0.25);
  expect(notes.said).toEqual([]);
});
