import * as tf from '@tensorflow/tfjs-core';
import type { HookContext, RunOrigin, RunState, TrainerInput } from '../../src/contracts';
import { seedEverything, start } from '../../src/engine';
import type { BuiltPlugin, FitResult } from '../../src/trainer';
import { fit, messageOf, plugin } from './fakes/fit';
import type { FitSetup } from './fakes/fit';
import { Points } from './fakes/points';
import type { PointBatch } from './fakes/points';
import { Regression } from './fakes/regression';

beforeAll(async () => {
  await start();
});

/** Fits epochs of four batches with a plugin that wishes to stop at every chance from update `from` on. */
async function stopWished(hook: 'onTrainBatchEnd' | 'onTrainEpochEnd', from: number, options: TrainerInput) {
  const wish = ({ progress, stop }: HookContext): void => {
    if (progress.globalStep >= from) stop(`wish of update ${progress.globalStep}`);
  };
  const { result, events } = await fit({
    options: { maxEpochs: 5, ...options },
    plugins: [plugin('p', { [hook]: wish })],
  });
  const said = events.flatMap((event) => (event[0] === 'message' ? [event[2]] : []));
  return { status: result?.status, detail: result?.detail, steps: result?.progress.globalStep, said };
}

it('ends a fit at once if there is no minimum or it is reached', async () => {
  expect(await stopWished('onTrainBatchEnd', 2, {})).toEqual({
    status: 'stopped',
    detail: 'wish of update 2',
    steps: 2,
    said: [],
  });
  expect(await stopWished('onTrainEpochEnd', 8, { minEpochs: 2, minSteps: 8 })).toMatchObject({
    steps: 8,
    said: [],
  });
});

it('continues until minEpochs, reports it once, and ends at the first request after it', async () => {
  expect(await stopWished('onTrainBatchEnd', 2, { minEpochs: 2 })).toEqual({
    status: 'stopped',
    detail: 'wish of update 8',
    steps: 8,
    said: [
      'Training was asked to end (wish of update 2), but continues until minEpochs 2; it ends if that is requested again later.',
    ],
  });
});

it('continues until minSteps, which may lie inside an epoch', async () => {
  const said = [
    'Training was asked to end (wish of update 4), but continues until minEpochs 1 and minSteps 6; it ends if that is requested again later.',
  ];
  expect(await stopWished('onTrainEpochEnd', 4, { minEpochs: 1, minSteps: 6 })).toEqual({
    status: 'stopped',
    detail: 'wish of update 8',
    steps: 8,
    said,
  });
  expect(await stopWished('onTrainBatchEnd', 4, { minEpochs: 1, minSteps: 6 })).toMatchObject({
    detail: 'wish of update 6',
    steps: 6,
  });
});

it('forgets a request before the minimum that is not renewed', async () => {
  const { result } = await fit({
    options: { maxEpochs: 3, minEpochs: 2 },
    plugins: [
      plugin('once', {
        onTrainEpochEnd: ({ progress, stop }) => (progress.epoch === 0 ? stop('once') : undefined),
      }),
    ],
  });
  expect(result).toMatchObject({ status: 'finished', progress: { globalStep: 12 } });
});

describe('a run that is killed and resumed ends where it would have ended', () => {
  type Moment = 'onTrainBatchStart' | 'onTrainBatchEnd' | 'onValidationEnd' | 'onTrainEpochEnd';
  /** Who wishes an end, and at which updates. */
  type Wishers = Readonly<Record<string, { readonly at: Moment; readonly updates: readonly number[] }>>;

  const wishing = (wishers: Wishers): BuiltPlugin[] =>
    Object.entries(wishers).map(([name, { at, updates }]) =>
      plugin(name, {
        [at]: ({ progress, stop, stage }: HookContext): void => {
          if (stage === 'fit' && updates.includes(progress.globalStep))
            stop(`${name} at ${progress.globalStep}`);
        },
      }),
    );

  /** As a checkpoint at each of these moments; the one that saves comes last. */
  async function whole(wishers: Wishers, setup: FitSetup) {
    const states: RunState[] = [];
    const fitted = await fit({
      ...setup,
      module: validated(),
      plugins: (trainer) => {
        const save = async (): Promise<void> => {
          states.push(
            JSON.parse(JSON.stringify(await trainer().runState.capture(), packed), unpacked) as RunState,
          );
        };
        return [
          ...wishing(wishers),
          plugin(
            'saver',
            {
              onTrainBatchEnd: (_, { updated }) => (updated ? save() : undefined),
              onTrainEpochEnd: save,
              onTrainEnd: save,
            },
            'monitor',
          ),
        ];
      },
    });
    return { fitted, states };
  }

  it.each<[string, TrainerInput, Wishers]>([
    [
      'a wish before the minimum, not renewed',
      { minEpochs: 3 },
      { a: { at: 'onTrainEpochEnd', updates: [4] } },
    ],
    ['a wish before and after it', { minEpochs: 2 }, { a: { at: 'onTrainEpochEnd', updates: [4, 12] } }],
    [
      'wishes of several',
      { minSteps: 6 },
      { a: { at: 'onTrainBatchEnd', updates: [2, 10] }, b: { at: 'onTrainEpochEnd', updates: [4, 8] } },
    ],
    ['a wish inside an epoch', {}, { a: { at: 'onTrainBatchEnd', updates: [6] } }],
    ["a wish at an epoch's end", {}, { a: { at: 'onTrainEpochEnd', updates: [8] } }],
    ['a wish before a batch', {}, { a: { at: 'onTrainBatchStart', updates: [5] } }],
    ['a wish of a validation', { valCheckInterval: 2 }, { a: { at: 'onValidationEnd', updates: [6] } }],
    [
      'a wish before the minimum with accumulation',
      { accumulateGradBatches: 2, minSteps: 4 },
      { a: { at: 'onTrainBatchEnd', updates: [1, 3, 5] } },
    ],
    [
      'a wish when operations run one by one',
      { compile: false, minEpochs: 1 },
      { a: { at: 'onTrainBatchEnd', updates: [2, 6] } },
    ],
    ['no wish', { minEpochs: 2 }, {}],
  ])('%s', async (_, options, wishers) => {
    const setup: FitSetup = { options: { maxEpochs: 4, ...options }, validation: new Points({ batches: 1 }) };
    const { fitted, states } = await whole(wishers, setup);
    expect(messageOf(fitted.error)).toBe('');
    for (const resume of states) {
      const again = await fit({ ...setup, module: validated(), plugins: wishing(wishers), resume });
      expect(messageOf(again.error)).toBe('');
      expect({ from: resume.progress, ...endOf(again.result) }).toEqual({
        from: resume.progress,
        ...endOf(fitted.result),
      });
      expect(again.weights).toEqual(fitted.weights);
    }
  });

  it('and reports who ended it, and how to continue', async () => {
    const setup: FitSetup = { options: { maxEpochs: 4 } };
    const { states } = await whole({ a: { at: 'onTrainEpochEnd', updates: [8] } }, setup);
    const last = states.at(-1)!;
    expect(last.stop).toEqual({ reason: 'a at 8', by: 'a' });
    const again = await fit({ ...setup, module: validated(), resume: last });
    expect(again.result).toMatchObject({ status: 'stopped', detail: 'a at 8', progress: { globalStep: 8 } });
    expect(again.events).toContainEqual([
      'message',
      'info',
      "Training was ended here by 'a' (a at 8), so there is nothing left to do. " +
        'To continue, change what ended it, or set trainer.minEpochs or trainer.minSteps to more than is done.',
    ]);
    expect(again.events).toContainEqual(['runEnded', 'stopped', null]);
    expect(JSON.stringify(again.events).split('a at 8')).toHaveLength(2);
    const longer = await fit({ options: { maxEpochs: 4, minEpochs: 3 }, module: validated(), resume: last });
    expect(longer.result).toMatchObject({ status: 'finished', progress: { globalStep: 16 } });
  });

  it.each([
    ['has other options', { a: 'other' }, 'because that plugin has other options now'],
    ['is gone', {}, 'because that plugin is not in this run'],
  ])('unless the plugin that wished it %s', async (_, pluginDigests, why) => {
    const setup: FitSetup = { options: { maxEpochs: 4 } };
    const { states } = await whole({ a: { at: 'onTrainEpochEnd', updates: [8] } }, setup);
    const origin = (digests: Record<string, string>): RunOrigin => ({
      ...{ config: null, declared: {}, plugins: {}, pluginDigests: digests },
      data: { name: 'points', samples: 16, classes: 1, fingerprint: '' },
    });
    const again = await fit({
      ...setup,
      module: validated(),
      settings: { origin: origin(pluginDigests) },
      resume: { ...states.at(-1)!, origin: origin({ a: 'one' }) },
    });
    expect(again.result).toMatchObject({ status: 'finished', progress: { globalStep: 16 } });
    expect(again.events).toContainEqual([
      'message',
      'info',
      `Training was ended here by 'a' (a at 8); it continues, ${why}.`,
    ]);
  });
});

function endOf(result: FitResult | null) {
  return { status: result?.status, detail: result?.detail, steps: result?.progress.globalStep };
}

/** The regression with a validation step. */
function validated(): Regression {
  seedEverything(0);
  return new (class extends Regression {
    override validationStep({ points }: PointBatch): void {
      this.log('val_mean', tf.mean<tf.Scalar>(this.forward(points)));
    }
  })();
}

/** States hold maps and typed arrays, which are kept beside the text. */
const kept = new Map<string, unknown>();
function packed(_: string, value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  const key = `kept ${kept.size}`;
  kept.set(key, value);
  return key;
}
function unpacked(_: string, value: unknown): unknown {
  return typeof value === 'string' && kept.has(value) ? kept.get(value) : value;
}

it('finishes as planned if its plan ends before the minimum', async () => {
  expect(await stopWished('onTrainBatchEnd', 2, { maxEpochs: 1, minSteps: 99 })).toMatchObject({
    status: 'finished',
    steps: 4,
  });
});
