import { beforeAll, describe, expect, it } from '@jest/globals';
import type { PluginHooks, RunState, TrainerInput } from '../../../src/contracts';
import { start } from '../../../src/engine';
import type { BuiltPlugin, Trainer } from '../../../src/trainer';
import { callsOf, recordingHooks } from '../fakes/call-recorder';
import type { Overrides } from '../fakes/call-recorder';
import { fit, messageOf, plugin, seededRegression } from '../fakes/fit';
import type { Fitted } from '../fakes/fit';
import { Momentum } from '../fakes/momentum';
import { Points } from '../fakes/points';
import { Regression } from '../fakes/regression';

beforeAll(async () => {
  await start();
});

const stepHooks = ['onAfterForward', 'onBeforeBackward', 'onAfterBackward', 'onBeforeOptimizerStep'];
const firstBatch = ['onTrainBatchStart', ...stepHooks, 'onTrainBatchEnd'];
const laterBatch = ['onTrainBatchStart', 'onTrainBatchEnd'];

interface RecordedFit extends Fitted {
  readonly calls: string[];
}

/** A fit of plugins `one` and `two`, the module, and a monitor that stands first in the list. */
async function recordedFit(
  setup: { options?: TrainerInput; overrides?: Record<string, Overrides>; resume?: RunState } = {},
  more: (trainer: () => Trainer) => readonly BuiltPlugin[] = () => [],
): Promise<RecordedFit> {
  const calls: string[] = [];
  const { overrides = {}, options = { maxEpochs: 1 }, resume } = setup;
  const module = Object.assign(seededRegression(), recordingHooks('module', calls, overrides['module']), {
    configureOptimizers(this: Regression) {
      calls.push('module configureOptimizers');
      return new Momentum(this.parameters());
    },
  });
  const plugins = (trainer: () => Trainer): readonly BuiltPlugin[] => [
    plugin('monitor', recordingHooks('monitor', calls, overrides['monitor']), 'monitor'),
    plugin('one', recordingHooks('one', calls, overrides['one'])),
    plugin('two', recordingHooks('two', calls, overrides['two'])),
    ...more(trainer),
  ];
  const data = new Points({ batches: 2 });
  const fitted = await fit({ module, plugins, options, data, ...(resume === undefined ? {} : { resume }) });
  return { ...fitted, calls };
}

describe('the order of hooks', () => {
  it('is plugins as listed, the module, then monitors, in every hook', async () => {
    const { calls } = await recordedFit();
    const order = ['one', 'two', 'module', 'monitor'];
    const byHook = calls.filter((call) => !call.endsWith('configureOptimizers'));
    for (let index = 0; index < byHook.length; index += 4) {
      const [, hook = ''] = byHook[index]!.split(' ');
      expect(byHook.slice(index, index + 4)).toEqual(order.map((name) => `${name} ${hook}`));
    }
    expect(byHook).toHaveLength(4 * callsOf('one', calls).length);
  });

  it("is Lightning's for a fit", async () => {
    const { calls } = await recordedFit({ options: { maxEpochs: 2 } });
    expect(callsOf('module', calls)).toEqual([
      'setup',
      'configureOptimizers',
      'onFitStart',
      'onTrainStart',
      'onTrainEpochStart',
      ...firstBatch,
      ...laterBatch,
      'onTrainEpochEnd',
      'onTrainEpochStart',
      ...laterBatch,
      ...laterBatch,
      'onTrainEpochEnd',
      'onTrainEnd',
      'onFitEnd',
      'teardown',
    ]);
  });

  it('restores before the optimiser is configured, and does not start an epoch twice, in a resumed fit', async () => {
    let state: RunState | undefined;
    await recordedFit({}, (trainer) => [
      plugin('saver', {
        onTrainBatchEnd: async ({ progress }) => {
          if (progress.batchIndex === 0) state = await trainer().runState.capture();
        },
      }),
    ]);
    const { calls, error } = await recordedFit({ options: { maxEpochs: 2 }, resume: state! });
    expect(messageOf(error)).toBe('');
    expect(callsOf('module', calls)).toEqual([
      'setup',
      'onLoadCheckpoint',
      'configureOptimizers',
      'onFitStart',
      'onTrainStart',
      ...firstBatch,
      'onTrainEpochEnd',
      'onTrainEpochStart',
      ...laterBatch,
      ...laterBatch,
      'onTrainEpochEnd',
      'onTrainEnd',
      'onFitEnd',
      'teardown',
    ]);
  });

  it('calls onSaveCheckpoint of all participants while a state is captured', async () => {
    const { calls } = await recordedFit({ options: { maxSteps: 1 } }, (trainer) => [
      plugin('saver', {
        onTrainEnd: async () => {
          await trainer().runState.capture();
        },
      }),
    ]);
    expect(calls.slice(calls.indexOf('one onTrainEnd'))).toEqual([
      'one onTrainEnd',
      'two onTrainEnd',
      'one onSaveCheckpoint',
      'two onSaveCheckpoint',
      'module onSaveCheckpoint',
      'monitor onSaveCheckpoint',
      'module onTrainEnd',
      'monitor onTrainEnd',
      ...['onFitEnd', 'teardown'].flatMap((hook) =>
        ['one', 'two', 'module', 'monitor'].map((name) => `${name} ${hook}`),
      ),
    ]);
  });

  it('ends epoch, training and fit when a hook stops the run', async () => {
    const { calls } = await recordedFit({
      options: { maxEpochs: 5 },
      overrides: { two: { onTrainBatchEnd: ({ stop }) => stop('enough') } },
    });
    expect(callsOf('one', calls)).toEqual([
      'setup',
      'onFitStart',
      'onTrainStart',
      'onTrainEpochStart',
      ...firstBatch,
      'onTrainEpochEnd',
      'onTrainEnd',
      'onFitEnd',
      'teardown',
    ]);
  });

  it('goes from the current batch to onException and teardown when the run is interrupted', async () => {
    const { calls } = await recordedFit({}, (trainer) => [
      plugin('signal', { onTrainBatchStart: () => trainer().interrupt('SIGINT') }),
    ]);
    expect(callsOf('one', calls)).toEqual([
      'setup',
      'onFitStart',
      'onTrainStart',
      'onTrainEpochStart',
      ...firstBatch,
      'onException',
      'teardown',
    ]);
  });

  it('goes from a failing hook to onException and teardown of all participants', async () => {
    const failing = () => {
      throw new Error('disk full');
    };
    const { calls, error } = await recordedFit({ overrides: { two: { onTrainBatchEnd: failing } } });
    expect(messageOf(error)).toBe(
      "Plugin 'two' failed in onTrainBatchEnd: disk full. Correct the plugin, or remove it from the experiment's plugins.",
    );
    const failed = calls.indexOf('two onTrainBatchEnd');
    expect(calls.slice(failed)).toEqual([
      'two onTrainBatchEnd',
      ...['onException', 'teardown'].flatMap((hook) =>
        ['one', 'two', 'module', 'monitor'].map((name) => `${name} ${hook}`),
      ),
    ]);
  });

  it('tears all participants down when a setup fails, even those that were not set up', async () => {
    const failing = () => {
      throw new Error('no port');
    };
    const { calls } = await recordedFit({ overrides: { one: { setup: failing } } });
    expect(calls).toEqual([
      'one setup',
      ...['onException', 'teardown'].flatMap((hook) =>
        ['one', 'two', 'module', 'monitor'].map((name) => `${name} ${hook}`),
      ),
    ]);
  });
});

describe('errors after the first', () => {
  it('leave the first as the one that the user sees, and appear in its cause', async () => {
    const { error, calls, events } = await recordedFit({
      overrides: {
        one: {
          onTrainEpochEnd: () => {
            throw new Error('no space');
          },
          teardown: () => {
            throw new Error('file closed');
          },
        },
        module: {
          onException: () => {
            throw new Error('oops');
          },
        },
      },
    });
    expect(messageOf(error)).toBe(
      "Plugin 'one' failed in onTrainEpochEnd: no space. Correct the plugin, or remove it from the experiment's plugins.",
    );
    const { cause } = error as { cause: AggregateError };
    expect(cause.message).toBe(
      '2 more errors occurred while the run was ending: The module Regression failed in onException: oops. Correct the hook. ' +
        "Plugin 'one' failed in teardown: file closed. Correct the plugin, or remove it from the experiment's plugins.",
    );
    expect(cause.errors).toHaveLength(3);
    const warnings = events.flatMap((event) => (event[0] === 'message' ? [event[2]] : []));
    expect(warnings).toEqual(cause.errors.slice(1).map((later) => messageOf(later)));
    expect(callsOf('monitor', calls).at(-1)).toBe('teardown');
  });

  it('fail a run that went well up to its teardown', async () => {
    const { error, events } = await recordedFit({
      overrides: {
        monitor: {
          teardown: () => {
            throw new Error('not flushed');
          },
        },
      },
    });
    const message =
      "Plugin 'monitor' failed in teardown: not flushed. Correct the plugin, or remove it from the experiment's plugins.";
    expect(error).toMatchObject({ kind: 'plugin', message });
    expect(events.at(-1)).toEqual(['runEnded', 'failed', message]);
  });
});

describe('a misspelt hook', () => {
  it('of a plugin is rejected before anything happens, with the hook that was probably meant', async () => {
    class Sentinel {
      onTrainBatchEnds(): void {
        throw new Error('never called');
      }
    }
    const { error, events } = await fit({ plugins: [plugin('sentinel', new Sentinel() as PluginHooks)] });
    expect(error).toMatchObject({
      kind: 'plugin',
      message:
        "Plugin 'sentinel' has a method onTrainBatchEnds, which is not a hook. It would never be called. " +
        'Did you mean onTrainBatchEnd? Otherwise rename it.',
    });
    expect(events).toEqual([]);
  });

  it('of the module is rejected as well', async () => {
    class Misspelt extends Regression {
      onTrainEpochEnds(): void {
        throw new Error('never called');
      }
    }
    const { error } = await fit({ module: new Misspelt() });
    expect(messageOf(error)).toBe(
      'The module Misspelt has a method onTrainEpochEnds, which is not a hook. It would never be called. ' +
        'Did you mean onTrainEpochEnd? Otherwise rename it.',
    );
  });
});
