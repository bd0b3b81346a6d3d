import * as tf from '@tensorflow/tfjs-core';
import type { HookContext, Measurement, PluginHooks, RunState, TrainerInput } from '../../../src/contracts';
import { seedEverything, start } from '../../../src/engine';
import type { Trainer } from '../../../src/trainer';
import { fit, messageOf, plugin } from '../fakes/fit';
import type { FitSetup } from '../fakes/fit';
import { Points } from '../fakes/points';
import type { PointBatch } from '../fakes/points';
import { Regression } from '../fakes/regression';

beforeAll(async () => {
  await start();
});

class Validated extends Regression {
  override validationStep({ points, targets }: PointBatch): void {
    this.log('val_loss', tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets)));
  }
}

/** A plugin that measures at the end of every other epoch, and in the middle of others. */
const probe: PluginHooks = {
  measures: () => [{ metric: 'probed', everyNEpochs: 2 }],
  onTrainEpochEnd({ log, progress }) {
    if (progress.epoch % 2 === 1) log('probed', progress.epoch);
  },
};

type Seen = readonly [hook: string, name: string, ...when: (number | string)[]];

/** Notes what is measured again at each hook, as a monitor sees it. */
class Watcher {
  readonly seen: Seen[] = [];
  private serials: Record<string, number> = {};

  constructor(private readonly names: readonly string[]) {}

  get hooks(): PluginHooks {
    const look = (hook: string) => (context: HookContext) => this.look(hook, context);
    return {
      onTrainStart: look('onTrainStart'),
      onTrainBatchEnd: look('onTrainBatchEnd'),
      onValidationEnd: look('onValidationEnd'),
      onTrainEpochEnd: look('onTrainEpochEnd'),
      pluginState: () => ({ ...this.serials }),
      restorePluginState: (state) => (this.serials = { ...(state as Record<string, number>) }),
    };
  }

  private look(hook: string, { measured }: HookContext): void {
    for (const name of this.names) {
      const measurement = measured(name, this.serials[name]);
      if (measurement === undefined) continue;
      const { step, epoch, serial, source } = measurement;
      this.serials[name] = serial;
      this.seen.push([hook, name, `step ${step}`, `epoch ${epoch}`, serial, source]);
    }
  }
}

const names = ['train_loss', 'train_loss_step', 'train_loss_epoch', 'val_loss', 'probed'];

async function watch(
  options: TrainerInput,
  { only = names, ...setup }: FitSetup & { only?: readonly string[] } = {},
  saving: PluginHooks = {},
) {
  const watcher = new Watcher(only);
  seedEverything(0);
  const fitted = await fit({
    module: new Validated(),
    data: new Points({ batches: 4 }),
    validation: new Points({ batches: 2 }),
    options: { maxEpochs: 2, ...options },
    plugins: [
      plugin('saver', saving, 'last'),
      plugin('watcher', watcher.hooks, 'monitor'),
      plugin('probe', probe),
    ],
    ...setup,
  });
  expect(messageOf(fitted.error)).toBe('');
  return watcher.seen;
}

describe('a metric carries when it was measured', () => {
  it('in validations within epochs, and not in the sanity check', async () => {
    const seen = await watch({ valCheckInterval: 2, numSanityValSteps: 2 }, { only: ['val_loss'] });
    expect(seen).toEqual([
      ['onValidationEnd', 'val_loss', 'step 2', 'epoch 0', 1, 'evaluation'],
      ['onValidationEnd', 'val_loss', 'step 4', 'epoch 0', 2, 'evaluation'],
      ['onValidationEnd', 'val_loss', 'step 6', 'epoch 1', 3, 'evaluation'],
      ['onValidationEnd', 'val_loss', 'step 8', 'epoch 1', 4, 'evaluation'],
    ]);
  });

  it('in validations of rare epochs, and by plugins in theirs', async () => {
    const seen = await watch(
      { maxEpochs: 6, checkValEveryNEpoch: 3 },
      { only: ['val_loss', 'probed'], data: new Points({ batches: 1 }) },
    );
    expect(seen).toEqual([
      ['onTrainEpochEnd', 'probed', 'step 2', 'epoch 1', 1, 'epoch'],
      ['onValidationEnd', 'val_loss', 'step 3', 'epoch 2', 1, 'evaluation'],
      ['onTrainEpochEnd', 'probed', 'step 4', 'epoch 3', 2, 'epoch'],
      ['onValidationEnd', 'val_loss', 'step 6', 'epoch 5', 2, 'evaluation'],
      ['onTrainEpochEnd', 'probed', 'step 6', 'epoch 5', 3, 'epoch'],
    ]);
  });

  it('in each batch of an accumulated update and in the epoch as a whole, under each of its names', async () => {
    const seen = await watch(
      { maxEpochs: 1, accumulateGradBatches: 2 },
      { only: ['train_loss', 'train_loss_step', 'train_loss_epoch'] },
    );
    const batch = (step: number, serial: number): Seen[] =>
      ['train_loss', 'train_loss_step'].map((name) => [
        'onTrainBatchEnd',
        name,
        `step ${step}`,
        'epoch 0',
        serial,
        'step',
      ]);
    expect(seen.filter(([hook]) => hook !== 'onValidationEnd')).toEqual([
      ...batch(0, 1),
      ...batch(1, 2),
      ...batch(1, 3),
      ...batch(2, 4),
      ['onTrainEpochEnd', 'train_loss', 'step 2', 'epoch 0', 5, 'epoch'],
      ['onTrainEpochEnd', 'train_loss_epoch', 'step 2', 'epoch 0', 1, 'epoch'],
    ]);
  });

  it.each<[string, TrainerInput]>([
    ['compiled', {}],
    ['operation by operation', { compile: false }],
    ['with accumulated gradients', { accumulateGradBatches: 2 }],
  ])('in a resumed run as in one that never stopped, from wherever it was saved, %s', async (_, options) => {
    const rule = { maxEpochs: 2, valCheckInterval: 2, ...options };
    const saved: { state: RunState; after: number }[] = [];
    let trainer: (() => Trainer) | null = null;
    const watcher = new Watcher(names);
    const save = async (): Promise<void> => {
      const state = await trainer?.().runState.capture();
      if (state !== undefined) saved.push({ state, after: watcher.seen.length });
    };
    seedEverything(0);
    await fit({
      module: new Validated(),
      data: new Points({ batches: 4 }),
      validation: new Points({ batches: 2 }),
      options: rule,
      plugins: (itself) => {
        trainer = itself;
        return [
          plugin(
            'saver',
            {
              onTrainBatchEnd: (_, { updated }) => (updated ? save() : undefined),
              onValidationEnd: ({ stage }) => (stage === 'fit' ? save() : undefined),
              onTrainEpochEnd: save,
            },
            'last',
          ),
          plugin('watcher', watcher.hooks, 'monitor'),
          plugin('probe', probe),
        ];
      },
    });
    expect(saved.length).toBeGreaterThanOrEqual(10);
    for (const { state, after } of saved) {
      const resumed = await watch(rule, {
        resume: JSON.parse(JSON.stringify(state), revive(state)) as RunState,
      });
      expect(resumed).toEqual(watcher.seen.slice(after));
    }
  });
});

/** Tensors are not JSON: they come from the state itself, everything else as a file would give it back. */
function revive(state: RunState) {
  return (key: string, value: unknown): unknown => {
    if (key === 'weights') return state.weights;
    if (key === 'optimizers') return state.optimizers;
    if (key === 'pluginTensors') return state.pluginTensors;
    return value;
  };
}

it('shows in an epoch only what was measured in it', async () => {
  const { events } = await fit({
    module: new Validated(),
    data: new Points({ batches: 2 }),
    validation: new Points({ batches: 1 }),
    options: { maxEpochs: 4, checkValEveryNEpoch: 3 },
    plugins: [plugin('probe', probe)],
  });
  const shown = events.flatMap((event) => (event[0] === 'epochEnded' ? [Object.keys(event[2])] : []));
  const train = ['train_loss', 'train_loss_step', 'train_loss_epoch'];
  expect(shown).toEqual([train, [...train, 'probed'], [...train, 'val_loss'], [...train, 'probed']]);
});

describe('a metric is due', () => {
  /** The epochs, counted from 1, at whose ends a metric is due. */
  async function dueEpochs(metric: string, options: TrainerInput, setup: FitSetup = {}): Promise<number[]> {
    const due: number[] = [];
    const asker: PluginHooks = {
      onTrainEpochEnd: ({ isDue, progress }) => {
        if (isDue(metric)) due.push(progress.epoch + 1);
      },
    };
    const { error } = await fit({
      module: new Validated(),
      data: new Points({ batches: 2 }),
      validation: new Points({ batches: 1 }),
      options: { maxEpochs: 5, ...options },
      plugins: [plugin('asker', asker, 'monitor'), plugin('probe', probe)],
      ...setup,
    });
    expect(messageOf(error)).toBe('');
    return due;
  }

  it('once an epoch has validated, or ended where the fit has no validation', async () => {
    expect(await dueEpochs('loss', {})).toEqual([1, 2, 3, 4, 5]);
    expect(await dueEpochs('loss', { checkValEveryNEpoch: 3 })).toEqual([3, 4, 5]);
    expect(await dueEpochs('loss', { checkValEveryNEpoch: 3, limitValBatches: 0 })).toEqual([1, 2, 3, 4, 5]);
    expect(await dueEpochs('loss', { checkValEveryNEpoch: 3 }, { module: new Regression() })).toEqual([
      1, 2, 3, 4, 5,
    ]);
  });

  it('not at the end of a run that its steps end within an epoch', async () => {
    expect(await dueEpochs('loss', { maxSteps: 3, checkValEveryNEpoch: 2 })).toEqual([]);
    expect(await dueEpochs('loss', { maxSteps: 1 })).toEqual([]);
  });

  it('after the turn of the plugin that announces it', async () => {
    expect(await dueEpochs('probed', { checkValEveryNEpoch: 3 })).toEqual([2, 3, 4, 5]);
  });

  it('again after a resume, in which it may be logged for the first time', async () => {
    let state: RunState | undefined;
    await fit({
      module: new Validated(),
      data: new Points({ batches: 2 }),
      validation: new Points({ batches: 1 }),
      options: { maxEpochs: 3, checkValEveryNEpoch: 3 },
      plugins: (trainer) => [
        plugin(
          'saver',
          { onTrainEnd: async () => void (state = await trainer().runState.capture()) },
          'last',
        ),
      ],
    });
    const resume = { resume: state as RunState };
    expect(await dueEpochs('loss', { maxEpochs: 7, checkValEveryNEpoch: 3 }, resume)).toEqual([6, 7]);
    expect(await dueEpochs('probed', { maxEpochs: 5 }, resume)).toEqual([4, 5]);
  });
});

it('returns a measurement no older than the one that was seen', async () => {
  const found: (Measurement | undefined)[] = [];
  await fit({
    options: { maxEpochs: 1 },
    data: new Points({ batches: 1 }),
    plugins: [
      plugin('p', {
        onTrainBatchEnd: ({ measured, metrics }) => {
          const all = measured('train_loss');
          found.push(measured('train_loss', 0), measured('train_loss', 1), measured('other'));
          expect(all?.value).toBe(metrics['train_loss']);
        },
      }),
    ],
  });
  expect(found).toEqual([expect.objectContaining({ step: 1, serial: 1 }), undefined, undefined]);
});
