import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { DeviceStats, deviceStats } from '../../../plugins/device-stats';
import type { DeviceStatsOptions } from '../../../plugins/device-stats';
import { start } from '../../../src/engine';
import { hookContext } from '../fakes/run';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});
afterEach(() => jest.restoreAllMocks());

function setUp(options: DeviceStatsOptions = {}) {
  const plugin = new DeviceStats(deviceStats(options).options as never);
  const at = async (globalStep: number, updated = true): Promise<Record<string, number>> => {
    const context = hookContext({ globalStep });
    const result = { updated, loss: 0, batchSize: 1, stepSeconds: 0, dataSeconds: 0 };
    await plugin.onTrainBatchEnd(context, result);
    return Object.fromEntries(context.logged.map(([name, value]) => [name, value]));
  };
  return { plugin, at };
}

it('logs the share of the processor, memory and tensors, and no GPU if there is none', async () => {
  let now = 0;
  let used = { user: 0, system: 0 };
  jest.spyOn(performance, 'now').mockImplementation(() => now);
  jest.spyOn(process, 'cpuUsage').mockImplementation((before) => ({
    user: used.user - (before?.user ?? 0),
    system: used.system - (before?.system ?? 0),
  }));
  const { plugin, at } = setUp({ everyNSteps: 1 });
  plugin.onTrainStart();
  now = 2000;
  used = { user: 700_000, system: 300_000 };
  const first = await at(1);
  expect(Object.keys(first)).toEqual(['cpu_share', 'resident_mib', 'live_tensors']);
  expect(first['cpu_share']).toBeCloseTo(0.5 / availableParallelism(), 12);
  expect(first['resident_mib']).toBeGreaterThan(50);
  now = 3000;
  expect((await at(2))['cpu_share']).toBe(0);
});

it('reveals a tensor that is left behind', async () => {
  const { at } = setUp({ everyNSteps: 1 });
  const before = (await at(1))['live_tensors'] ?? NaN;
  const forgotten = tf.ones([3]);
  expect((await at(2))['live_tensors']).toBe(before + 1);
  forgotten.dispose();
  expect((await at(3))['live_tensors']).toBe(before);
});

it('logs only after every Nth update', async () => {
  const { at } = setUp({ everyNSteps: 5 });
  expect(await at(4)).toEqual({});
  expect(await at(5, false)).toEqual({});
  expect(Object.keys(await at(5))).toHaveLength(3);
  expect(deviceStats().options).toEqual({ everyNSteps: 10 });
});
