import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { WeightAveraging, weightAveraging } from '../../../plugins/weight-averaging';
import type { WeightAveragingOptions } from '../../../plugins/weight-averaging';
import { liveCounts, start } from '../../../src/engine';
import * as nn from '../../../src/nn';
import { WeightSwitch, modelAccess } from '../../../src/trainer';
import { Notes, TemporaryRunFolder, hookContext } from '../fakes/run';

interface Values {
  readonly weight: number[];
  readonly running?: number[];
}

interface Reference {
  readonly steps: readonly Required<Values>[];
  readonly cases: readonly {
    readonly options: WeightAveragingOptions;
    readonly averages: readonly (Values | null)[];
  }[];
}

/** Made by averages.py beside it with torch's AveragedModel. */
const reference = JSON.parse(readFileSync(join(__dirname, 'data', 'averages.json'), 'utf8')) as Reference;

class Small extends nn.Module {
  readonly weight = nn.parameter(tf.zeros([3]));
  readonly running = nn.buffer(tf.zeros([2]));
  readonly batches = nn.buffer(tf.scalar(0, 'int32'), { storedAs: 'I64' });
  forward(): void {}
}

let folder: TemporaryRunFolder;
beforeAll(async () => {
  await start();
  folder = new TemporaryRunFolder();
});
afterAll(() => folder.remove());

function setUp(options: WeightAveragingOptions) {
  const model = new Small();
  const notes = new Notes();
  const access = modelAccess(model);
  const descriptor = weightAveraging(options);
  const plugin = new WeightAveraging(descriptor.options as never, access, folder, notes.notify);
  const set = ({ weight, running }: Required<Values>, batches: number): void =>
    tf.tidy(() => {
      model.weight.assign(tf.tensor1d(weight));
      model.running.assign(tf.tensor1d(running));
      model.batches.assign(tf.scalar(batches, 'int32'));
    });
  const batchEnd = (globalStep: number, progress = {}, updated = true): Promise<void> =>
    plugin.onTrainBatchEnd(hookContext({ globalStep, ...progress }), {
      updated,
      loss: 0,
      batchSize: 1,
      stepSeconds: 0,
      dataSeconds: 0,
    });
  return { model, plugin, set, batchEnd, notes };
}

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, index) => expect(Math.abs(value - (expected[index] ?? NaN))).toBeLessThan(3e-7));
}

describe('averages', () => {
  it.each(reference.cases.map((one) => [JSON.stringify(one.options), one] as const))(
    'are those of torch for %s',
    async (_, { options, averages }) => {
      const { plugin, set, batchEnd } = setUp(options);
      for (const [index, values] of reference.steps.entries()) {
        set(values, index);
        await batchEnd(index + 1);
        const expected = averages[index] ?? null;
        const state = plugin.pluginTensors();
        if (expected === null) {
          expect(state.size).toBe(0);
          continue;
        }
        expectClose(state.get('weight')?.data as Float32Array, expected.weight);
        if (expected.running === undefined) expect([...state.keys()]).toEqual(['weight']);
        else expectClose(state.get('running')?.data as Float32Array, expected.running);
      }
    },
  );

  it('copy whole numbers from the model', async () => {
    const { plugin, set, batchEnd } = setUp({ kind: 'swa', everyNSteps: 1 });
    for (const [index, values] of reference.steps.entries()) {
      set(values, 10 * index);
      await batchEnd(index + 1);
    }
    expect(plugin.pluginTensors().get('batches')?.data).toEqual(BigInt64Array.from([60n]));
  });

  it('are made after the last batch of each epoch from a given epoch on, if no steps are given', async () => {
    const { plugin, set, batchEnd } = setUp({ kind: 'swa', startEpoch: 1 });
    for (const [index, values] of reference.steps.slice(0, 6).entries()) {
      set(values, index);
      await batchEnd(index + 1, { epoch: index >> 1, batchIndex: index % 2, batchesPerEpoch: 2 });
    }
    const taken = [reference.steps[3]?.weight ?? [], reference.steps[5]?.weight ?? []];
    expect(plugin.pluginState()).toEqual({ count: 2 });
    const mean = [0, 1, 2].map((i) => ((taken[0]?.[i] ?? NaN) + (taken[1]?.[i] ?? NaN)) / 2);
    expectClose(plugin.pluginTensors().get('weight')?.data as Float32Array, mean);
  });

  it('ignore batches that made no update', async () => {
    const { plugin, batchEnd } = setUp({ kind: 'ema' });
    await batchEnd(1, {}, false);
    expect(plugin.pluginTensors().size).toBe(0);
  });

  it('replace the weights during an evaluation, even a nested or failing one', async () => {
    const { model, plugin, set, batchEnd } = setUp({ kind: 'swa', everyNSteps: 1 });
    const weights = new WeightSwitch(plugin);
    const weight = () => [...model.weight.dataSync()];
    const look = () => Promise.resolve(weight());
    set({ weight: [1, 2, 3], running: [4, 5] }, 1);
    expect([weights.kind, await weights.during(look)]).toEqual(['raw', [1, 2, 3]]);
    await batchEnd(1);
    set({ weight: [3, 4, 5], running: [6, 7] }, 2);
    await batchEnd(2);
    expect([weights.kind, await weights.during(look)]).toEqual(['averaged', [2, 3, 4]]);
    expect(weight()).toEqual([3, 4, 5]);
    const nested = await weights.during(async () => [await weights.during(look), await look()]);
    expect([nested, weight()]).toEqual([
      [
        [2, 3, 4],
        [2, 3, 4],
      ],
      [3, 4, 5],
    ]);
    await expect(weights.during(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(weight()).toEqual([3, 4, 5]);
  });

  it('are replaced by the raw weights if these are requested, or read in the middle of an evaluation', async () => {
    const { model, plugin, set, batchEnd } = setUp({ kind: 'swa', everyNSteps: 1 });
    const weights = new WeightSwitch(plugin);
    const look = () => Promise.resolve([...model.weight.dataSync()]);
    expect(() => weights.choose('averaged', 'checkpoint runs/a/1')).toThrow(
      'The checkpoint runs/a/1 contains no averaged weights. weightAveraging() adds them once it has started to average. ' +
        'Remove --weights averaged, or choose a later checkpoint.',
    );
    set({ weight: [1, 2, 3], running: [4, 5] }, 1);
    await batchEnd(1);
    set({ weight: [3, 4, 5], running: [6, 7] }, 2);
    const both = await weights.during(async () => [await weights.ownDuring(look), await look()]);
    expect(both).toEqual([
      [3, 4, 5],
      [1, 2, 3],
    ]);
    weights.choose('raw');
    expect([weights.kind, await weights.during(look)]).toEqual(['raw', [3, 4, 5]]);
    weights.choose('averaged');
    expect([weights.kind, await weights.during(look)]).toEqual(['averaged', [1, 2, 3]]);
  });

  it('leave no tensor behind', async () => {
    const use = async () => {
      const { model, plugin, set, batchEnd } = setUp({ kind: 'ema' });
      for (const [index, values] of reference.steps.entries()) {
        set(values, index);
        await batchEnd(index + 1);
        plugin.swapIn();
        plugin.swapOut();
        plugin.restorePluginState(plugin.pluginState(), plugin.pluginTensors());
      }
      await plugin.onFitEnd();
      plugin.teardown(hookContext());
      model.dispose();
      return liveCounts();
    };
    // Tracing gives variables of other tests that share values a copy of their own.
    const before = await use();
    expect(await use()).toEqual(before);
  });

  it('that were never made are reported', async () => {
    const { plugin, notes } = setUp({ kind: 'ema', startStep: 100 });
    await plugin.onFitEnd();
    expect(notes.said).toEqual(['warning: Training ended before weightAveraging() had anything to average.']);
  });
});

it.each([
  [{ kind: 'ema', decay: 2 }, 'weightAveraging(): decay is 2 (too big: expected number to be <=1).'],
  [{ kind: 'swa', decay: 0.9 }, 'weightAveraging(): unknown option decay.'],
])('%j is rejected', (options, problem) => {
  expect(weightAveraging(options as never).problems).toEqual([problem]);
});
