import type { RunState, StateDict, TrainerInput } from '../../src/contracts';
import { liveCounts, seedEverything, start } from '../../src/engine';
import * as optim from '../../src/optim';
import { fit, messagesOf, plugin } from './fakes/fit';
import type { FitSetup } from './fakes/fit';
import { Points } from './fakes/points';
import { MOMENTUM, Taught } from './fakes/taught';

beforeAll(async () => {
  await start();
});

let models: Taught[] = [];
let before: ReturnType<typeof liveCounts>;
beforeEach(() => {
  models = [];
  before = liveCounts();
});
afterEach(() => {
  for (const model of models) model.dispose();
  expect(liveCounts()).toEqual(before);
});

function taught(seed = 0): Taught {
  seedEverything(seed);
  const model = new Taught();
  models.push(model);
  return model;
}

const valuesOf = (state: StateDict, name: string): number[] =>
  Array.from(state.get(name)?.data ?? [], Number);

/** Fits, and keeps the state after each batch; a teacher has followed in a batch where it is another one than before. */
async function watched(setup: FitSetup) {
  const model = taught();
  const states: StateDict[] = [model.stateDict()];
  const updated: boolean[] = [];
  const fitted = await fit({
    module: model,
    plugins: [
      plugin('watcher', {
        onTrainBatchEnd: (_, result) => {
          states.push(model.stateDict());
          updated.push(result.updated);
        },
      }),
    ],
    ...setup,
  });
  expect(fitted.error).toBeNull();
  return { ...fitted, states, updated };
}

/** momentum · teacher + (1 − momentum) · student, in float32. */
function followed(teacher: readonly number[], student: readonly number[]): number[] {
  return teacher.map((value, index) =>
    Math.fround(
      Math.fround(value * MOMENTUM) + Math.fround((student[index] ?? 0) * Math.fround(1 - MOMENTUM)),
    ),
  );
}

describe.each<[string, TrainerInput]>([
  ['compiled', {}],
  ['operation by operation', { compile: false }],
  ['in bf16-mixed', { precision: 'bf16-mixed' }],
])('a teacher in a fit, %s', (_, options) => {
  it.each<[string, TrainerInput, boolean[]]>([
    ['each batch', {}, [true, true, true, true, true, true, true, true]],
    ['two batches', { accumulateGradBatches: 2 }, [true, false, true, false, true, false, true, false]],
    [
      'three, and one at the end',
      { accumulateGradBatches: 3 },
      [true, false, false, true, true, false, false, true],
    ],
    [
      'more and more',
      { accumulateGradBatches: { 0: 1, 1: 2 } },
      [true, true, true, true, true, false, true, false],
    ],
  ])('follows in the batch that begins an update of %s', async (_name, accumulation, moves) => {
    const { states, updated, events } = await watched({
      options: { maxEpochs: 2, ...options, ...accumulation },
    });
    expect(updated.filter(Boolean)).toHaveLength(moves.filter(Boolean).length);
    for (const [batch, moving] of moves.entries()) {
      const [was, now] = [states[batch], states[batch + 1]] as [StateDict, StateDict];
      for (const name of ['weight', 'bias']) {
        const teacher = valuesOf(was, `backbone_momentum.${name}`);
        const expected = moving ? followed(teacher, valuesOf(was, `backbone.${name}`)) : teacher;
        expect(valuesOf(now, `backbone_momentum.${name}`)).toEqual(expected);
      }
      // Each batch goes through the teacher, and into the queue.
      expect(valuesOf(now, 'norm_momentum.num_batches_tracked')).toEqual([batch + 1]);
      expect(valuesOf(now, 'queue.bank_ptr')).toEqual([(4 * (batch + 1)) % 28]);
    }
    expect(messagesOf(events)).toEqual([]);
  });

  it('and its queue stay as they are in validation', async () => {
    const setup = { options: { maxEpochs: 1, ...options } };
    const alone = await watched(setup);
    const validated = await watched({ ...setup, validation: new Points() });
    expect([...validated.weights]).toEqual([...alone.weights]);
  });

  it('and its queue continue with the same bits where the fit is resumed within an epoch', async () => {
    const setup = {
      options: { maxEpochs: 2, accumulateGradBatches: 2, ...options },
      data: new Points({ batches: 6 }),
    };
    const captured: RunState[] = [];
    const whole = await fit({
      ...setup,
      module: taught(),
      plugins: (trainer) => [
        plugin('saver', {
          onTrainBatchEnd: async ({ progress }, { updated }) => {
            if (updated && [2, 4].includes(progress.globalStep))
              captured.push(await trainer().runState.capture());
          },
        }),
      ],
    });
    expect(whole.error).toBeNull();
    expect(captured.map(({ progress }) => progress.nextBatch)).toEqual([4, 2]);
    for (const resume of captured) {
      const again = await fit({ ...setup, module: taught(5), resume });
      expect(again.error).toBeNull();
      expect([...again.weights]).toEqual([...whole.weights]);
    }
  });
});

it('a teacher follows a student that is frozen in part, and unfreezing everything leaves it alone', async () => {
  const model = taught();
  model.configureOptimizers = () => optim.sgd(model.parameters(), { learningRate: 0.1 });
  model.freeze('backbone.weight');
  model.unfreeze('backbone.bias');
  const first = model.stateDict();
  const { weights, error, events } = await fit({ module: model, options: { maxEpochs: 1 } });
  expect(error).toBeNull();
  expect(valuesOf(weights, 'backbone.weight')).toEqual(valuesOf(first, 'backbone.weight'));
  expect(valuesOf(weights, 'backbone.bias')).not.toEqual(valuesOf(first, 'backbone.bias'));
  expect(valuesOf(weights, 'backbone_momentum.bias')).not.toEqual(valuesOf(first, 'backbone.bias'));
  expect(messagesOf(events)).toEqual([]);
});
