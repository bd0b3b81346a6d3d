import { beforeAll, describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import { jsonText, parseJson } from '../../src/contracts';
import type { Json, Optimizer, RunState } from '../../src/contracts';
import { seedEverything, start } from '../../src/engine';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import { fit, messageOf, plugin, rowsOf, seededRegression } from './fakes/fit';
import type { Fitted, FitSetup } from './fakes/fit';
import { Points } from './fakes/points';
import { Regression } from './fakes/regression';

beforeAll(async () => {
  await start();
});

/** A plugin with state that the metrics depend on. */
function stepCounter() {
  let seen = 0;
  return plugin('counter', {
    pluginState: (): Json => ({ seen }),
    restorePluginState: (state) => {
      ({ seen } = state as { seen: number });
    },
    onTrainBatchEnd: ({ log }) => {
      seen += 1;
      log('seen', seen, { onStep: true, onEpoch: true, reduce: 'max' });
      log('weighted', 1 / seen, { onStep: false, onEpoch: true });
    },
  });
}

type Moment = 'onTrainBatchEnd' | 'onTrainEpochEnd' | 'onTrainEnd';

/** Fits, and captures the state at the given updates as a checkpoint would hold it. */
async function fitAndCapture(setup: FitSetup, moment: Moment = 'onTrainBatchEnd') {
  const states = new Map<number, RunState>();
  const fitted = await fit({
    ...setup,
    plugins: (trainer) => [
      stepCounter(),
      plugin(
        'saver',
        {
          [moment]: async ({ progress }: { progress: { globalStep: number } }) => {
            states.set(progress.globalStep, asStored(await trainer().runState.capture()));
          },
        },
        'monitor',
      ),
    ],
  });
  return { ...fitted, states };
}

/** What remains of a state's JSON parts when they went through a file. */
function asStored(state: RunState): RunState {
  const { plugins, metrics, hyperparameters } = state;
  return {
    ...state,
    ...(parseJson(jsonText({ plugins, metrics, hyperparameters })) as unknown as typeof state),
  };
}

function resumed(resume: RunState, setup: FitSetup = {}): Promise<Fitted> {
  // Other first weights, so that everything has to come from the state.
  return fit({
    options: { maxEpochs: 2 },
    module: new Regression(),
    plugins: [stepCounter()],
    resume,
    ...setup,
  });
}

function rowsAfter(step: number, events: Fitted['events']) {
  return rowsOf(events).filter((row) => row.step > step);
}

describe('a resumed fit', () => {
  it('equals the fit that never stopped, bit for bit, from every step of its epochs', async () => {
    const whole = await fitAndCapture({});
    expect(messageOf(whole.error)).toBe('');
    expect([...whole.states.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    for (const [step, state] of whole.states) {
      const again = await resumed(state);
      expect(messageOf(again.error)).toBe('');
      expect(again.weights).toEqual(whole.weights);
      expect(again.result).toEqual(whole.result);
      // A row of the very step was published before the state was taken; an epoch's end comes after it.
      const rest = rowsOf(whole.events).filter(
        (row) => row.step > step || (row.step === step && row.kind === 'epoch'),
      );
      expect(rowsOf(again.events)).toEqual(rest);
    }
  });

  it('equals it from the end of an epoch', async () => {
    const whole = await fitAndCapture({}, 'onTrainEpochEnd');
    const state = whole.states.get(4)!;
    expect(state.progress).toEqual({ epoch: 1, nextBatch: 0, globalStep: 4 });
    const again = await resumed(state);
    expect(again.weights).toEqual(whole.weights);
    expect(rowsOf(again.events)).toEqual(rowsAfter(4, whole.events));
  });

  it('equals it step by step when it is interrupted again and again', async () => {
    const whole = await fitAndCapture({});
    let state: RunState | null = null;
    let weights: Fitted['weights'] | null = null;
    for (let step = 1; step <= 8; step++) {
      const part = await fitAndCapture({
        module: new Regression(),
        options: { maxEpochs: 2, maxSteps: step },
        ...(state === null ? { module: seededRegression() } : { resume: state }),
      });
      expect(messageOf(part.error)).toBe('');
      state = part.states.get(step)!;
      weights = part.weights;
    }
    expect(weights).toEqual(whole.weights);
  });

  it('gives the same epoch means after a smaller last batch', async () => {
    const data = () => new Points({ batches: 3, lastBatchSize: 2 });
    const whole = await fitAndCapture({ data: data() });
    const again = await resumed(whole.states.get(1)!, { data: data() });
    expect(rowsOf(again.events)).toEqual(rowsAfter(1, whole.events));
  });

  it('equals it when it runs operation by operation', async () => {
    const options = { maxEpochs: 2, compile: false };
    const whole = await fitAndCapture({ options });
    const again = await resumed(whole.states.get(3)!, { options });
    expect(again.weights).toEqual(whole.weights);
  });

  it('continues where maxSteps cut an epoch short', async () => {
    const whole = await fitAndCapture({});
    const cut = await fitAndCapture({ options: { maxSteps: 6 } }, 'onTrainEnd');
    const state = cut.states.get(6)!;
    expect(state.progress).toEqual({ epoch: 1, nextBatch: 2, globalStep: 6 });
    const again = await resumed(state);
    expect(again.weights).toEqual(whole.weights);
    expect(again.result?.metrics).toEqual(whole.result?.metrics);
  });

  it('equals it with a real optimiser, a schedule, dropout and a limit on batches', async () => {
    class Dropping extends Regression {
      readonly dropout = new nn.Dropout(0.5);
      override forward(points: tf.Tensor2D): tf.Tensor2D {
        return super.forward(this.dropout.forward(points));
      }
      override configureOptimizers(): Optimizer {
        const learningRate = optim.schedules.cosine({ learningRate: 0.1, totalSteps: 6 });
        return optim.sgd(this.parameters(), { learningRate, momentum: 0.9, weightDecay: 1e-3 });
      }
    }
    const seeded = () => {
      seedEverything(0);
      return new Dropping();
    };
    const options = { maxEpochs: 2, limitTrainBatches: 3 };
    const whole = await fitAndCapture({ module: seeded(), options });
    expect(messageOf(whole.error)).toBe('');
    expect([...whole.states.keys()]).toEqual([1, 2, 3, 4, 5, 6]);
    for (const [step, state] of whole.states) {
      const data = new Points();
      const again = await resumed(state, { module: seeded(), options, data });
      expect(again.weights).toEqual(whole.weights);
      expect(rowsOf(again.events).at(-1)).toEqual(rowsOf(whole.events).at(-1));
      const place = { epoch: 1, startBatch: 4, limit: null };
      if (step === 5) expect(data.asked).toEqual([place, { epoch: 1, startBatch: 2, limit: 1 }]);
    }
  });

  it('has nothing left to do after the end, and reports its position', async () => {
    const whole = await fitAndCapture({}, 'onTrainEnd');
    const data = new Points();
    const again = await resumed(whole.states.get(8)!, { data });
    expect(again.result).toMatchObject({ status: 'finished', progress: { globalStep: 8 } });
    expect(again.weights).toEqual(whole.weights);
    expect(data.asked).toEqual([]);
    expect(again.events).toContainEqual([
      'message',
      'info',
      'Resumed from checkpoints/last: epoch 2, batch 0, step 8.',
    ]);
  });

  it('names the plugin that has no state to continue from', async () => {
    const { states } = await fitAndCapture({});
    const late = plugin('late', { pluginState: () => 1, restorePluginState: () => undefined });
    const { events } = await resumed(states.get(2)!, { plugins: [stepCounter(), late] });
    expect(events).toContainEqual([
      'message',
      'info',
      "Plugin 'late' starts from scratch: the checkpoint contains no state of it.",
    ]);
  });

  it('names the hyperparameters and plugins that differ', async () => {
    const { states } = await fitAndCapture({});
    const { events } = await resumed(states.get(2)!, {
      plugins: [],
      settings: { hyperparameters: { lr: 0.2, width: 4 } },
    });
    const warnings = events.filter((event) => event[0] === 'message' && event[1] === 'warning');
    expect(warnings).toEqual([
      ['message', 'warning', "The checkpoint contains state of plugin 'counter', which is not in this run."],
      [
        'message',
        'warning',
        "Hyperparameters differ from the checkpoint's: lr (0.1 before, 0.2 now), width (absent before, 4 now).",
      ],
    ]);
  });
});

describe('a state that does not belong to the run', () => {
  async function state(): Promise<RunState> {
    return (await fitAndCapture({})).states.get(6)!;
  }

  it.each([
    [
      'of another experiment',
      { settings: { experiment: 'other' } },
      "The checkpoint checkpoints/last is of experiment 'regression', but this is 'other'. Resume from a checkpoint of 'other'.",
    ],
    [
      'of another seed',
      { settings: { seed: 5 } },
      'The checkpoint checkpoints/last was trained with seed 0, but this run has seed 5. ' +
        'Its batches and views would not continue where they stopped. Set the seed to 0.',
    ],
    [
      'beyond maxEpochs',
      { options: { maxEpochs: 1 } },
      'The checkpoint checkpoints/last is at epoch 1, beyond trainer.maxEpochs 1. ' +
        'maxEpochs counts all epochs, not further ones. Set trainer.maxEpochs to more than 1.',
    ],
    [
      'beyond maxSteps',
      { options: { maxSteps: 5 } },
      'The checkpoint checkpoints/last is at step 6, beyond trainer.maxSteps 5. ' +
        'maxSteps counts all steps, not further ones. Set trainer.maxSteps to more than 6.',
    ],
    [
      'of longer epochs',
      { data: new Points({ batches: 1 }), options: { maxEpochs: 3 } },
      'The checkpoint checkpoints/last was written after batch 2 of its epoch, but an epoch now has 1. ' +
        'Use the batch size, the data and the limitTrainBatches of the original run.',
    ],
  ])('%s is rejected before anything changes', async (_, setup: FitSetup, message) => {
    const module = new Regression();
    const before = module.stateDict();
    const { error, events } = await resumed(await state(), { ...setup, module });
    expect(error).toMatchObject({ kind: 'checkpoint', message });
    expect(module.stateDict()).toEqual(before);
    expect(events).toEqual([]);
  });

  it('of another model is rejected with every key, and changes nothing', async () => {
    const good = await state();
    const weights = new Map(good.weights);
    weights.delete('head.bias');
    const module = new Regression();
    const before = module.stateDict();
    const { error } = await resumed({ ...good, weights }, { module });
    expect(messageOf(error)).toMatch(
      /^The state does not fit Regression: missing: head\.bias\. Nothing was changed\./,
    );
    expect(module.stateDict()).toEqual(before);
  });

  it('with unreadable metrics is rejected', async () => {
    const { error } = await resumed({ ...(await state()), metrics: { entries: 3 } });
    expect(messageOf(error)).toBe(
      "The checkpoint's metrics have another format than this version of Fulgur writes. Resume with the version that wrote the checkpoint.",
    );
  });

  describe('of several optimisers', () => {
    class Split extends Regression {
      override configureOptimizers() {
        const all = this.parameters();
        const isHead = (name: string) => name.startsWith('head.');
        return [
          optim.adamw(
            all.filter((_, name) => isHead(name)),
            { learningRate: 0.01 },
          ),
          optim.sgd(
            all.filter((_, name) => !isHead(name)),
            { learningRate: 0.1, momentum: 0.9 },
          ),
        ];
      }
    }

    it('continues with all of them, bit for bit', async () => {
      seedEverything(0);
      const whole = await fitAndCapture({ module: new Split(), options: { maxEpochs: 2 } });
      expect(whole.states.get(3)?.optimizers.map(({ kind }) => kind)).toEqual(['adamw', 'sgd']);
      const again = await resumed(whole.states.get(3)!, { module: new Split() });
      expect(again.weights).toEqual(whole.weights);
    });

    it('is rejected by a module that has another number of them', async () => {
      const whole = await fitAndCapture({ module: new Split(), options: { maxEpochs: 2 } });
      const { error } = await resumed(whole.states.get(3)!);
      expect(messageOf(error)).toBe(
        'The checkpoint checkpoints/last contains the state of 2 optimisers, but the module has one optimiser. ' +
          'Resume with the configureOptimizers with which the run was started.',
      );
    });
  });
});
