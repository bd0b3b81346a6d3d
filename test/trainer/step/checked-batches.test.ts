import * as tf from '@tensorflow/tfjs-core';
import type { RunState } from '../../../src/contracts';
import { liveCounts, start } from '../../../src/engine';
import { describeBatch } from '../../../src/trainer/step/batch-tensors';
import { fit, messageOf, plugin, seededRegression } from '../fakes/fit';
import { Points } from '../fakes/points';

let tensors: number;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});
beforeEach(() => {
  tensors = liveCounts().tensors;
});
afterEach(() => {
  expect(liveCounts().tensors).toBe(tensors);
});

async function failureOf(setup: Parameters<typeof fit>[0]): Promise<string> {
  const { error, module } = await fit(setup);
  module.dispose();
  return messageOf(error);
}

/** Points of which one part is another. */
function broken(change: Partial<Points>): Points {
  return Object.assign(new Points(), change);
}

/** A state in the middle of the first epoch. */
async function stateAfter(updates: number): Promise<RunState> {
  const states: RunState[] = [];
  const { module } = await fit({
    options: { maxSteps: updates },
    plugins: (trainer) => [
      plugin('keeper', {
        onTrainBatchEnd: async () => {
          states.push(await trainer().runState.capture());
        },
      }),
    ],
  });
  module.dispose();
  const state = states.at(-1);
  if (state === undefined) throw new Error('no state was taken');
  return state;
}

describe('batches of a source that breaks its contract', () => {
  const wholeNumber =
    'The lengths, limits and positions of a run are derived from it. Make batchesPerEpoch of the batch source a whole number, 0 or more.';

  it.each([NaN, -1, 1.5, Infinity])('are rejected with batchesPerEpoch %d', async (batchesPerEpoch) => {
    expect(await failureOf({ data: broken({ batchesPerEpoch }) })).toBe(
      `The training data has batchesPerEpoch ${batchesPerEpoch}. ${wholeNumber}`,
    );
    expect(await failureOf({ validation: broken({ batchesPerEpoch }) })).toBe(
      `The validation data has batchesPerEpoch ${batchesPerEpoch}. ${wholeNumber}`,
    );
  });

  it('are rejected if an epoch has none', async () => {
    expect(await failureOf({ data: broken({ batchesPerEpoch: 0 }) })).toBe(
      'The data contains no batch of training samples. With dropLast, an incomplete last batch is left out. ' +
        'Lower data.batchSize, or provide more data.',
    );
  });

  it('end the fit if there are fewer or more than announced', async () => {
    const fix = 'Set batchesPerEpoch of the batch source to the number of batches that epoch() yields';
    expect(await failureOf({ data: new Points({ given: 2 }) })).toBe(
      `The training data returned 2 batches in an epoch that should have 4. ${fix}.`,
    );
    expect(await failureOf({ data: new Points({ given: 5 }) })).toBe(
      'The training data returned more than 4 batches in an epoch that should have 4. ' +
        `The batches after them would never be used. ${fix}, and let epoch() start with startBatch.`,
    );
    expect(await failureOf({ validation: new Points({ given: 3 }), module: validated() })).toBe(
      `The validation data returned 3 batches in an epoch that should have 4. ${fix}.`,
    );
  });

  it('end the fit if epoch() throws, before its first batch or after some', async () => {
    const failing = (at: number): Points =>
      broken({
        async *epoch() {
          await Promise.resolve();
          for (let batch = 0; batch < at; batch++) yield held;
          throw new TypeError('the disk is gone');
        },
      });
    const held = { points: tf.zeros<tf.Rank.R2>([4, 3]), targets: tf.zeros<tf.Rank.R2>([4, 2]) };
    const fix = 'Correct epoch() of the batch source.';
    expect(await failureOf({ data: failing(0) })).toBe(
      `The training data failed at batch 0 of epoch 0: the disk is gone. ${fix}`,
    );
    expect(await failureOf({ data: failing(2) })).toBe(
      `The training data failed at batch 2 of epoch 0: the disk is gone. ${fix}`,
    );
    tf.dispose({ ...held });
  });

  it('end the fit if a tensor is already disposed or missing', async () => {
    const gone = { points: tf.zeros<tf.Rank.R2>([4, 3]), targets: tf.zeros<tf.Rank.R2>([4, 2]) };
    tf.dispose({ ...gone });
    const giving = (batch: typeof gone): Points =>
      broken({
        async *epoch() {
          yield await Promise.resolve(batch);
        },
      });
    expect(await failureOf({ data: giving(gone) })).toBe(
      'The training data returned, as batch 0 of epoch 0, a tensor of shape [4, 3] that is already disposed. ' +
        'A batch is read until the next one is requested. ' +
        'Dispose the tensors of a batch after its yield, not before; of the tensors made in tf.tidy(), only the returned ones survive it.',
    );
    expect(await failureOf({ data: giving(null as unknown as typeof gone) })).toBe(
      'The training data returned null as batch 0 of epoch 0. ' +
        'Let epoch() of the batch source yield tensors, in lists and plain objects.',
    );
  });

  it('are not used by a fit that is resumed in mid-epoch if they begin with the first one again', async () => {
    const resume = await stateAfter(2);
    const whole = new Points();
    const forgetful = broken({ epoch: (epoch) => whole.epoch(epoch) });
    const hooks = { onTrainBatchStart: jest.fn() };
    expect(await failureOf({ data: forgetful, resume, plugins: [plugin('watch', hooks)] })).toBe(
      'The training data returned a batch when asked for those after the last one. ' +
        'A fit that resumes in the middle of an epoch would train on other batches than the remaining ones. ' +
        'Let epoch(epoch, { startBatch }) of the batch source start with batch number startBatch.',
    );
    expect(hooks.onTrainBatchStart).not.toHaveBeenCalled();
    expect(await failureOf({ data: new Points(), resume })).toBe('');
  });

  it('may be more than a limit asks for', async () => {
    const whole = new Points();
    const unlimited = broken({ epoch: (epoch) => whole.epoch(epoch) });
    const options = { maxEpochs: 1, limitTrainBatches: 2 };
    const { error, result, module } = await fit({ data: unlimited, options });
    expect([messageOf(error), result?.progress.globalStep]).toEqual(['', 2]);
    expect(whole.open).toBe(0);
    module.dispose();
  });
});

function validated() {
  return Object.assign(seededRegression(), { validationStep: () => undefined });
}

describe('the contents of a batch', () => {
  it('are reported in words', () => {
    const x = tf.zeros([2, 3]);
    const y = tf.zeros([2], 'int32');
    expect(describeBatch({ x, labels: [y, { y }], name: 'a', sizes: [1, 2], none: null })).toBe(
      '{ x: float32 [2, 3], labels: [int32 [2], { y: int32 [2] }], name: string, sizes: a list, none: null }',
    );
    expect(describeBatch(x)).toBe('float32 [2, 3]');
    expect(describeBatch(Array.from({ length: 9 }, () => y))).toBe(
      `[${Array.from({ length: 8 }, () => 'int32 [2]').join(', ')}, ...]`,
    );
    tf.dispose([x, y]);
  });
});
