import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { RunState } from '../../src/contracts';
import { liveCounts, seedEverything, start } from '../../src/engine';
import type { Trainer } from '../../src/trainer';
import { callsOf, recordingHooks } from './fakes/call-recorder';
import { fit, messageOf, plugin, rowsOf } from './fakes/fit';
import type { FitSetup } from './fakes/fit';
import { Points } from './fakes/points';
import type { PointBatch } from './fakes/points';
import { Regression } from './fakes/regression';

beforeAll(async () => {
  await start();
});

/** The regression with a validation that logs its loss. */
class Validated extends Regression {
  /** Whether each trace of the step saw the model in training mode. */
  readonly modes: boolean[] = [];

  override validationStep({ points, targets }: PointBatch): void {
    this.modes.push(this.norm.training);
    this.log('val_loss', tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets)));
  }
}

function validated(): Validated {
  seedEverything(0);
  return new Validated();
}

function fitValidated(setup: FitSetup = {}) {
  return fit({
    module: validated(),
    data: new Points({ batches: 4 }),
    validation: new Points({ batches: 3, lastBatchSize: 1 }),
    ...setup,
  });
}

/** Notes every host hook that the module is called for. */
async function recordedCalls(setup: FitSetup = {}): Promise<string[]> {
  const calls: string[] = [];
  const stepHooks = ['onAfterForward', 'onBeforeBackward', 'onAfterBackward', 'onBeforeOptimizerStep'];
  await fitValidated({ plugins: [plugin('one', recordingHooks('one', calls))], ...setup });
  return callsOf('one', calls).filter((hook) => !stepHooks.includes(hook));
}

const validationBatch = ['onValidationBatchStart', 'onValidationBatchEnd'];
const trainBatch = ['onTrainBatchStart', 'onTrainBatchEnd'];

function validation(batches: number): string[] {
  return [
    'onValidationStart',
    'onValidationEpochStart',
    ...Array.from({ length: batches }, () => validationBatch).flat(),
    'onValidationEpochEnd',
    'onValidationEnd',
  ];
}

describe('a fit with validation', () => {
  it('checks sanity first, then validates at the end of each epoch, before onTrainEpochEnd', async () => {
    const options = { maxEpochs: 1, limitTrainBatches: 2 };
    expect(await recordedCalls({ options })).toEqual([
      'setup',
      'onFitStart',
      'onSanityCheckStart',
      ...validation(2),
      'onSanityCheckEnd',
      'onTrainStart',
      'onTrainEpochStart',
      ...trainBatch,
      ...trainBatch,
      ...validation(3),
      'onTrainEpochEnd',
      'onTrainEnd',
      'onFitEnd',
      'teardown',
    ]);
  });

  it('validates every n epochs, or after every n batches, or not at all', async () => {
    const count = async (options: FitSetup['options']) => {
      const calls = await recordedCalls({ options: { numSanityValSteps: 0, maxEpochs: 4, ...options } });
      return calls.filter((hook) => hook === 'onValidationStart').length;
    };
    expect(await count({ checkValEveryNEpoch: 2 })).toBe(2);
    expect(await count({ valCheckInterval: 2 })).toBe(8);
    expect(await count({ valCheckInterval: 0.25 })).toBe(16);
    expect(await count({ limitValBatches: 0 })).toBe(0);
    expect(await count({ fastDevRun: true })).toBe(1);
  });

  it('weighs the mean by batch size, in evaluation mode, and leaves training as it was without it', async () => {
    const options = { maxEpochs: 2 };
    const module = validated();
    const withIt = await fitValidated({ module, options });
    expect(module.modes).toEqual([false, false]);
    expect(module.norm.training).toBe(true);
    const without = await fit({ module: validated(), data: new Points({ batches: 4 }), options });
    expect(withIt.weights).toEqual(without.weights);

    // The same by hand: the sum over all nine samples of their squared errors.
    module.eval();
    let total = 0;
    for await (const { points, targets } of new Points({ batches: 3, lastBatchSize: 1 }).epoch(0)) {
      const loss = tf.tidy(
        () => tf.mean(tf.squaredDifference(module.forward(points), targets)).dataSync()[0]!,
      );
      total += loss * points.shape[0];
    }
    expect(withIt.result?.metrics['val_loss']).toBeCloseTo(total / 9, 6);
  });

  it('publishes a row for loggers at each validation, none for the sanity check', async () => {
    const { events } = await fitValidated({ options: { maxEpochs: 2, valCheckInterval: 2 } });
    const rows = rowsOf(events).filter(({ values }) => 'val_loss' in values);
    expect(rows.map(({ kind, epoch, step }) => ({ kind, epoch, step }))).toEqual([
      { kind: 'epoch', epoch: 0, step: 2 },
      { kind: 'epoch', epoch: 0, step: 4 },
      { kind: 'epoch', epoch: 1, step: 6 },
      { kind: 'epoch', epoch: 1, step: 8 },
    ]);
    const ended = events.filter(([name]) => name === 'evaluationEnded');
    expect(ended).toHaveLength(5);
    expect(ended[0]?.[1]).toMatchObject({
      kind: 'validation',
      sanityCheck: true,
      batches: 2,
      batchesDone: 2,
    });
  });

  it('gives hooks the stage, and keeps what they log at its end', async () => {
    const stages: string[] = [];
    const { result } = await fitValidated({
      options: { maxEpochs: 1 },
      plugins: [
        plugin('stages', {
          onValidationStart: ({ stage }) => void stages.push(stage),
          onValidationBatchEnd: ({ log }, { batchIndex }) => log('val_index', batchIndex, { reduce: 'max' }),
          onValidationEpochEnd: ({ log, metrics }) => log('val_double', 2 * metrics['val_loss']!),
        }),
      ],
    });
    expect(stages).toEqual(['sanity-check', 'fit']);
    expect(result?.metrics['val_index']).toBe(2);
    expect(result?.metrics['val_double']).toBe(2 * result!.metrics['val_loss']!);
  });

  it('resumes bit for bit from any point, and validates once', async () => {
    const options = { maxEpochs: 2, valCheckInterval: 2 };
    const whole = await fitValidated({ options });
    const rows = (fitted: typeof whole) => rowsOf(fitted.events).map((row) => JSON.stringify(row));
    for (const moment of ['onTrainBatchEnd', 'onValidationEnd', 'onTrainEpochEnd'] as const) {
      const states: RunState[] = [];
      const capture = (trainer: () => Trainer) => [
        plugin(
          'saver',
          {
            [moment]: async ({ stage }: { stage: string }) => {
              if (stage === 'fit') states.push(await trainer().runState.capture());
            },
          },
          'monitor',
        ),
      ];
      await fitValidated({ options, plugins: capture });
      for (const resume of states) {
        const resumed = await fitValidated({ options, resume });
        expect(resumed.weights).toEqual(whole.weights);
        expect(resumed.result?.metrics).toEqual(whole.result?.metrics);
        const again = rows(resumed);
        expect(rows(whole).slice(rows(whole).length - again.length)).toEqual(again);
      }
      expect(states).toHaveLength(moment === 'onTrainBatchEnd' ? 8 : moment === 'onValidationEnd' ? 4 : 2);
    }
  });

  it('continues with a validation that was interrupted', async () => {
    const options = { maxEpochs: 1, numSanityValSteps: 0 };
    const whole = await fitValidated({ options });
    const states: RunState[] = [];
    const broken = await fitValidated({
      options,
      plugins: (trainer) => [
        plugin('interrupt', { onValidationBatchEnd: () => trainer().interrupt('Ctrl-C') }),
        plugin('saver', { onException: async () => void states.push(await trainer().runState.capture()) }),
      ],
    });
    expect(broken.result?.status).toBe('interrupted');
    expect(broken.result?.metrics).not.toHaveProperty('val_loss');
    const resumed = await fitValidated({ options, resume: states[0]! });
    expect(resumed.result).toEqual(whole.result);
  });

  it('rejects an interval that fits no epoch or no update', async () => {
    const long = await fitValidated({ options: { valCheckInterval: 5 } });
    expect(messageOf(long.error)).toBe(
      'trainer.valCheckInterval is 5, but an epoch has 4 batches. The fit would never validate. ' +
        'Lower it, or remove it and set trainer.checkValEveryNEpoch.',
    );
    const odd = await fitValidated({ options: { valCheckInterval: 3, accumulateGradBatches: 2 } });
    expect(messageOf(odd.error)).toBe(
      'trainer.valCheckInterval is 3 batches, but an update takes 2. ' +
        'A validation in the middle of an update would see no new weights. Set it to a multiple of 2.',
    );
  });

  it('names the step that contains a mistake', async () => {
    const module = Object.assign(validated(), {
      validationStep: () => {
        throw new Error('no targets');
      },
    });
    const { error } = await fitValidated({ module });
    expect(messageOf(error)).toBe(
      'The module Validated failed in validationStep: no targets. ' +
        'Its input was { points: float32 [4, 3], targets: float32 [4, 2] }. ' +
        'Correct it there; with --trainer.compile false it runs operation by operation, and values can be inspected.',
    );
  });

  it('rejects logging a value for each of its steps', async () => {
    const module = Object.assign(validated(), {
      validationStep(this: Validated) {
        this.log('val_loss', tf.scalar(1), { onStep: true });
      },
    });
    const { error } = await fitValidated({ module });
    expect(messageOf(error)).toContain("log('val_loss', { onStep: true }) has no meaning in validationStep.");
  });

  it('leaves no tensor behind', async () => {
    const first = await fitValidated();
    first.module.dispose();
    const before = liveCounts();
    const second = await fitValidated();
    second.module.dispose();
    expect(liveCounts()).toEqual(before);
  });
});
