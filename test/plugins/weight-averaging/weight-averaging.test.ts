import { existsSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { WeightAveraging, weightAveraging } from '../../../plugins/weight-averaging';
import type { WeightAveragingOptions } from '../../../plugins/weight-averaging';
import type { RunState, StateDict } from '../../../src/contracts';
import { liveCounts, seedEverything, start } from '../../../src/engine';
import { decodeSafetensors, parameter } from '../../../src/nn';
import * as optim from '../../../src/optim';
import { SingleDevice } from '../../../src/strategy';
import { EventBus, Trainer, WeightSwitch, modelAccess } from '../../../src/trainer';
import { fit, messageOf, plugin, settings } from '../../trainer/fakes/fit';
import type { FitSetup } from '../../trainer/fakes/fit';
import { Points } from '../../trainer/fakes/points';
import type { PointBatch } from '../../trainer/fakes/points';
import { Regression } from '../../trainer/fakes/regression';
import { Notes, TemporaryRunFolder } from '../fakes/run';

class Validated extends Regression {
  override validationStep({ points, targets }: PointBatch): void {
    this.log('val_loss', tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets)));
  }
}

function seeded(): Validated {
  seedEverything(0);
  return new Validated();
}

let folder: TemporaryRunFolder;
beforeAll(async () => {
  await start();
});
beforeEach(() => (folder = new TemporaryRunFolder()));
afterEach(() => folder.remove());

const ema: WeightAveragingOptions = { kind: 'ema', decay: 0.5 };

function averaging(module: Validated, options: WeightAveragingOptions) {
  const notes = new Notes();
  const { notify } = notes;
  const hooks = new WeightAveraging(
    weightAveraging(options).options as never,
    modelAccess(module),
    folder,
    notify,
  );
  return { hooks, notes, built: plugin('weight-averaging', hooks), weights: new WeightSwitch(hooks) };
}

interface Seen {
  readonly states: Map<number, RunState>;
  readonly validated: StateDict[];
}

/** Fits two epochs of four batches with validation, and keeps states after each update and what validation saw. */
async function run(options: WeightAveragingOptions | null, setup: FitSetup = {}) {
  const seen: Seen = { states: new Map(), validated: [] };
  const module = (setup.module as Validated | undefined) ?? seeded();
  const own = options === null ? null : averaging(module, options);
  const fitted = await fit({
    options: { maxEpochs: 2 },
    validation: new Points({ batches: 2 }),
    ...setup,
    module,
    ...(own !== null && { weights: own.weights }),
    plugins: (trainer) => [
      ...(own === null ? [] : [own.built]),
      plugin(
        'watcher',
        {
          onTrainBatchEnd: async ({ progress }) => {
            seen.states.set(progress.globalStep, await trainer().runState.capture());
          },
          onTrainEnd: async () => {
            seen.states.set(Infinity, await trainer().runState.capture());
          },
          onValidationBatchEnd: ({ stage }) => {
            if (stage === 'fit') seen.validated.push(module.stateDict());
          },
        },
        'monitor',
      ),
    ],
  });
  expect(messageOf(fitted.error)).toBe('');
  return { ...fitted, ...seen };
}

describe('a fit with averaged weights', () => {
  it('trains as one without, bit for bit, while its validation uses the average', async () => {
    const without = await run(null);
    const averaged = await run(ema);
    for (const [step, state] of without.states) {
      expect(averaged.states.get(step)?.weights).toEqual(state.weights);
      expect(averaged.states.get(step)?.optimizers).toEqual(state.optimizers);
    }
    const last = averaged.states.get(4)?.pluginTensors?.['weight-averaging'];
    expect(averaged.validated[0]).toEqual(last);
    expect(averaged.validated[0]).not.toEqual(without.validated[0]);
  });

  it('ends with the averages in the model and in a file of PyTorch’s names', async () => {
    const { weights, states } = await run(ema);
    const averages = states.get(8)?.pluginTensors?.['weight-averaging'];
    expect(weights).toEqual(averages);
    const file = decodeSafetensors(readFileSync(folder.resolve('averaged.safetensors')));
    expect(file.tensors).toEqual(averages);
    expect(states.get(Infinity)?.weights).toEqual(states.get(8)?.weights);
  });

  it.each([ema, { kind: 'swa', everyNSteps: 1 }] as const)(
    'leaves a parameter that no loss reaches unchanged, bit for bit: $kind',
    async (options) => {
      class Spare extends Validated {
        readonly spare = parameter(tf.tensor1d([0.1, -0.7, 1 / 3]));
        override configureOptimizers() {
          return optim.adamw(this.parameters(), { learningRate: 0.1, weightDecay: 0.5 });
        }
      }
      const { weights, states } = await run(options, { module: new Spare() });
      const initial = Float32Array.of(0.1, -0.7, 1 / 3);
      expect(weights.get('spare')?.data).toEqual(initial);
      expect(states.get(8)?.pluginTensors?.['weight-averaging']?.get('spare')?.data).toEqual(initial);
    },
  );

  it('writes no file if told not to', async () => {
    await run({ ...ema, save: false });
    expect(existsSync(folder.resolve('averaged.safetensors'))).toBe(false);
  });

  it.each([
    ['ema', ema],
    ['swa', { kind: 'swa', everyNSteps: 2, useBuffers: false }],
  ] as const)('resumes bit for bit from every step with %s', async (_, options) => {
    const whole = await run(options);
    for (const step of [1, 2, 3, 4, 6, 7]) {
      const resume = whole.states.get(step);
      if (resume === undefined) throw new Error(`no state at ${step}`);
      const again = await run(options, { module: new Validated(), resume });
      expect(again.weights).toEqual(whole.weights);
      expect(again.states.get(8)).toEqual(whole.states.get(8));
      expect(again.validated.at(-1)).toEqual(whole.validated.at(-1));
    }
  });

  it('leaves no tensor behind', async () => {
    const count = async () => {
      const { module } = await run(ema);
      module.dispose();
      return liveCounts();
    };
    expect(await count()).toEqual(await count());
  });
});

it.each(['validate', 'test', 'predict'] as const)(
  '%s from a checkpoint uses the averages and keeps the raw weights',
  async (command) => {
    const { states } = await run(ema);
    const state = states.get(8);
    if (state === undefined) throw new Error('no state');
    class Evaluated extends Validated {
      override testStep(batch: PointBatch): void {
        this.validationStep(batch);
      }
      override predictStep({ points }: PointBatch) {
        return { prediction: this.forward(points) };
      }
    }
    const module = new Evaluated();
    const { hooks, built, weights } = averaging(module, ema);
    let seen: StateDict | null = null;
    const look = (): void => {
      seen = module.stateDict();
    };
    const watcher = plugin('watcher', {
      onValidationBatchEnd: look,
      onTestBatchEnd: look,
      onPredictBatchEnd: look,
    });
    const trainer = new Trainer(
      {},
      { plugins: [built, watcher], events: new EventBus(), strategy: new SingleDevice(), settings, weights },
    );
    await trainer[command](module, new Points({ batches: 1 }), { state, path: 'last' });
    expect(seen).toEqual(state.pluginTensors?.['weight-averaging']);
    expect(module.stateDict()).toEqual(state.weights);
    expect(hooks.pluginTensors().size).toBe(0);
  },
);
