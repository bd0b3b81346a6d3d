import { describe, expect, it } from '@jest/globals';
import { completeTrainerOptions } from '../../src/contracts';
import type { TrainerInput } from '../../src/contracts';
import { planFit } from '../../src/trainer/run-plan';

const plan = (options: TrainerInput, available: number) =>
  planFit(completeTrainerOptions(options), available);

describe('planFit', () => {
  it.each([
    [{ maxEpochs: 3 }, { batchesPerEpoch: 10, maxEpochs: 3, maxSteps: null, totalSteps: 30 }],
    [{ maxSteps: 25 }, { batchesPerEpoch: 10, maxEpochs: null, maxSteps: 25, totalSteps: 25 }],
    [
      { maxEpochs: 2, maxSteps: 25 },
      { batchesPerEpoch: 10, maxEpochs: 2, maxSteps: 25, totalSteps: 20 },
    ],
    [
      { maxEpochs: 2, limitTrainBatches: 4 },
      { batchesPerEpoch: 4, totalSteps: 8 },
    ],
    [
      { maxEpochs: 2, limitTrainBatches: 1 },
      { batchesPerEpoch: 1, totalSteps: 2 },
    ],
    [
      { maxEpochs: 2, limitTrainBatches: 40 },
      { batchesPerEpoch: 10, totalSteps: 20 },
    ],
    [
      { maxEpochs: 2, limitTrainBatches: 0.25 },
      { batchesPerEpoch: 2, totalSteps: 4 },
    ],
    [
      { maxEpochs: 9, limitTrainBatches: 5, fastDevRun: true },
      { batchesPerEpoch: 1, maxEpochs: 1, maxSteps: 1, totalSteps: 1 },
    ],
    [{ fastDevRun: 3 }, { batchesPerEpoch: 3, maxEpochs: 1, maxSteps: 3, totalSteps: 3 }],
    [{ fastDevRun: 30 }, { batchesPerEpoch: 10, maxEpochs: 1, maxSteps: 30, totalSteps: 10 }],
    [
      { fastDevRun: true, minEpochs: 2, minSteps: 9 },
      { minEpochs: 0, minSteps: 0 },
    ],
    [
      { fastDevRun: false, maxEpochs: 1 },
      { batchesPerEpoch: 10, maxEpochs: 1, maxSteps: null },
    ],
  ])('of %j over ten batches is %j', (limits, expected) => {
    expect(plan(limits, 10)).toMatchObject(expected);
  });

  it('has 1000 epochs if nothing limits it, as in Lightning', () => {
    expect(plan({}, 10)).toMatchObject({
      batchesPerEpoch: 10,
      maxEpochs: 1000,
      maxSteps: null,
      minEpochs: 0,
      minSteps: 0,
      totalSteps: 10000,
    });
  });

  it.each([
    [{ 0: 1, 2: 4 }, 10 + 10 + 3 + 3],
    [{ 1: 2 }, 10 + 5 + 5 + 5],
    [{ 3: 10, 0: 5, 9: 7 }, 2 + 2 + 2 + 1],
    [3, 16],
  ])('counts the updates of four epochs if %j batches make one', (accumulateGradBatches, totalSteps) => {
    expect(plan({ maxEpochs: 4, accumulateGradBatches }, 10)).toMatchObject({ totalSteps });
  });

  it('rejects a fraction that leaves no batch', () => {
    expect(() => plan({ limitTrainBatches: 0.05 }, 10)).toThrow(
      'trainer.limitTrainBatches is 0.05, which is less than one batch of 10. ' +
        'Set it to at least 0.1, or to a whole number of batches.',
    );
  });

  it('rejects data without a batch', () => {
    expect(() => plan({ maxEpochs: 1 }, 0)).toThrow(
      'The data contains no batch of training samples. With dropLast, an incomplete last batch is left out. ' +
        'Lower data.batchSize, or provide more data.',
    );
  });
});
