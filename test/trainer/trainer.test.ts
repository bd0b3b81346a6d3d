import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { FitPlan, Optimizer } from '../../src/contracts';
import { seedEverything, liveCounts, start } from '../../src/engine';
import { fit, messageOf, messagesOf, plugin, rowsOf, seededRegression } from './fakes/fit';
import { Momentum } from './fakes/momentum';
import { Points } from './fakes/points';
import type { PointBatch } from './fakes/points';
import { Regression } from './fakes/regression';

beforeAll(async () => {
  await start();
});

describe('a fit', () => {
  it('learns', async () => {
    const { events, result } = await fit({ options: { maxEpochs: 20 } });
    const losses = rowsOf(events).flatMap(({ values }) => values['train_loss_epoch'] ?? []);
    expect(losses).toHaveLength(20);
    expect(losses[19]).toBeLessThan(losses[0]! / 3);
    expect(result?.metrics['train_loss']).toBe(losses[19]);
  });

  it('gives the same numbers compiled and operation by operation', async () => {
    const compiled = await fit();
    const eager = await fit({ options: { maxEpochs: 2, compile: false } });
    expect(eager.weights).toEqual(compiled.weights);
    expect(rowsOf(eager.events)).toEqual(rowsOf(compiled.events));
  });

  it.each([
    [
      { limitTrainBatches: 1 },
      [
        'trainer.limitTrainBatches is 1: each epoch trains on one batch. ' +
          'null (the default) takes all batches, and a number below 1 is a fraction.',
      ],
    ],
    [
      { overfitBatches: 1 },
      [
        'trainer.overfitBatches is 1: every epoch trains on the same one batch. ' +
          'null (the default) takes all batches, and a number below 1 is a fraction.',
      ],
    ],
    // Without held-out data a limit of validation says nothing; a fast run ignores all of them.
    [{ limitValBatches: 1, valCheckInterval: 1, limitTestBatches: 1 }, []],
    [{ limitTrainBatches: 1, fastDevRun: true }, []],
    [{ limitTrainBatches: 2 }, []],
    [{ limitTrainBatches: 0.5 }, []],
  ])('reports that a limit of 1 is one batch: %j', async (limits, said) => {
    const { events } = await fit({ options: { maxEpochs: 1, ...limits } });
    expect(messagesOf(events).filter((text) => text.startsWith('trainer.'))).toEqual(said);
  });

  it('leaves no tensor and no native handle behind', async () => {
    const module = seededRegression();
    const watching = plugin('watching', {
      onAfterForward: (output, { log }) => {
        log('mean_output', tf.mean(output as tf.Tensor));
      },
      onBeforeBackward: (loss) => tf.mul<tf.Scalar>(loss, 0.5),
      onAfterBackward: (gradients) => new Map([...gradients].map(([name, g]) => [name, tf.mul(g, 2)])),
    });
    await fit({ module, plugins: [watching] });
    const before = liveCounts();
    for (const compile of [true, false]) {
      await fit({ module, plugins: [watching], options: { maxEpochs: 3, compile } });
      await fit({ module, options: { maxEpochs: 3, compile }, data: new Points({ spoiledBatch: 5 }) });
      expect(liveCounts()).toEqual(before);
    }
  });

  it('closes the epoch it reads from, however it ends', async () => {
    const data = new Points({ batches: 5, spoiledBatch: 2 });
    await fit({ data });
    await fit({ data, options: { maxSteps: 1 } });
    expect(data.open).toBe(0);
  });

  it.each([
    ['maxEpochs', { maxEpochs: 3 }, { globalStep: 12, epoch: 2 }],
    ['maxSteps', { maxSteps: 6 }, { globalStep: 6, epoch: 1 }],
    ['maxEpochs before maxSteps', { maxEpochs: 1, maxSteps: 6 }, { globalStep: 4, epoch: 0 }],
    ['limitTrainBatches as a number', { maxEpochs: 2, limitTrainBatches: 3 }, { globalStep: 6, epoch: 1 }],
    [
      'limitTrainBatches as a fraction',
      { maxEpochs: 2, limitTrainBatches: 0.5 },
      { globalStep: 4, epoch: 1 },
    ],
    ['fastDevRun', { maxEpochs: 10, fastDevRun: true }, { globalStep: 1, epoch: 0 }],
    ['fastDevRun as a number', { maxEpochs: 10, fastDevRun: 2 }, { globalStep: 2, epoch: 0 }],
  ])('ends as %s says', async (_, options, expected) => {
    const { result } = await fit({ options });
    expect(result?.progress).toMatchObject(expected);
    expect(result?.status).toBe('finished');
  });

  it('asks the data for no batch beyond a limit', async () => {
    const data = new Points({ batches: 6 });
    await fit({ data, options: { maxEpochs: 2, limitTrainBatches: 2 } });
    expect(data.asked).toEqual([
      { epoch: 0, startBatch: 0, limit: 2 },
      { epoch: 1, startBatch: 0, limit: 2 },
    ]);
  });

  it('traces again for a smaller last batch, and reports it', async () => {
    const { events, result } = await fit({ data: new Points({ lastBatchSize: 3 }) });
    expect(result?.status).toBe('finished');
    const messages = events.flatMap((event) => (event[0] === 'message' ? [event[2]] : []));
    expect(messages).toEqual([
      expect.stringMatching(/^The compiled function 'training step' is traced again \(trace 2 of at most/),
    ]);
  });

  it('fails when the data gives fewer batches than it announced', async () => {
    const { error } = await fit({ data: new Points({ batches: 4, given: 2 }) });
    expect(messageOf(error)).toBe(
      'The training data returned 2 batches in an epoch that should have 4. ' +
        'Set batchesPerEpoch of the batch source to the number of batches that epoch() yields.',
    );
  });

  it('does not start a second fit beside the first', async () => {
    let second: unknown = null;
    await fit({
      options: { maxSteps: 1 },
      plugins: (trainer) => [
        plugin('impatient', {
          onFitStart: async () => {
            second = await trainer()
              .fit(seededRegression(), new Points())
              .catch((error: unknown) => error);
          },
        }),
      ],
    });
    expect(messageOf(second)).toBe(
      'fit() was called while the trainer was already running. Wait for the first call to finish, or create a second trainer.',
    );
  });
});

describe('a fit that is to end early', () => {
  it('stops after the current batch when a hook reports it', async () => {
    const { result, events } = await fit({
      plugins: [
        plugin('stopper', {
          onTrainBatchEnd: ({ progress, stop }) => {
            if (progress.globalStep === 3) stop('the loss is low enough');
          },
        }),
      ],
    });
    expect(result).toMatchObject({ status: 'stopped', detail: 'the loss is low enough' });
    expect(result?.progress.globalStep).toBe(3);
    expect(events.at(-1)).toEqual(['runEnded', 'stopped', 'the loss is low enough']);
  });

  it('finishes the current batch and ends when it is interrupted', async () => {
    const { result } = await fit({
      plugins: (trainer) => [
        plugin('signal', {
          onTrainBatchStart: ({ progress }) => {
            if (progress.globalStep === 5) trainer().interrupt('SIGINT');
          },
        }),
      ],
    });
    expect(result).toMatchObject({ status: 'interrupted', detail: 'SIGINT' });
    expect(result?.progress.globalStep).toBe(6);
  });

  it('ends at once when it was interrupted before its first batch', async () => {
    const { result } = await fit({
      plugins: (trainer) => [
        plugin('signal', {
          setup: () => {
            trainer().interrupt('SIGTERM');
          },
        }),
      ],
    });
    expect(result).toMatchObject({ status: 'interrupted', detail: 'SIGTERM' });
    expect(result?.progress.globalStep).toBe(0);
  });

  it("leaves out the rest of an epoch when onTrainBatchStart returns 'end-epoch'", async () => {
    const { result, events } = await fit({
      plugins: [
        plugin('skipper', {
          onTrainBatchStart: ({ progress }) => (progress.batchIndex === 1 ? 'end-epoch' : undefined),
        }),
      ],
    });
    expect(result?.progress).toMatchObject({ epoch: 1, globalStep: 2 });
    expect(events.filter(([name]) => name === 'epochEnded')).toHaveLength(2);
  });

  it('fails with the step and what to try when the loss is not a number', async () => {
    const ended: number[] = [];
    let state: unknown = null;
    const { error, events } = await fit({
      data: new Points({ spoiledBatch: 5 }),
      plugins: (trainer) => [
        plugin('witness', {
          onTrainBatchEnd: ({ progress }) => {
            ended.push(progress.globalStep);
          },
          onException: async () => {
            state = await trainer()
              .runState.capture()
              .catch((refusal: unknown) => refusal);
          },
        }),
      ],
    });
    const message =
      'The loss became NaN in step 5 (epoch 1, batch 1). The weights after such a step are useless, so training ends here. ' +
      'Try a lower learning rate, warm-up or gradient clipping; --trainer.detectAnomaly true names the operation that makes the first NaN. If there is a checkpoint, it was written before this step.';
    expect(error).toMatchObject({ kind: 'trainer', message });
    expect(ended).toEqual([1, 2, 3, 4, 5]);
    expect(messageOf(state)).toBe(
      `The run's state is not saved: ${message} The previous checkpoint is still good.`,
    );
    expect(events.at(-1)).toEqual(['runEnded', 'failed', message]);
  });
});

describe('the optimiser of a fit', () => {
  const seeded = <M>(build: () => M): M => {
    seedEverything(0);
    return build();
  };

  class Returning extends Regression {
    constructor(private readonly make: (module: Regression) => unknown) {
      super();
    }
    override configureOptimizers(): Optimizer | readonly Optimizer[] {
      return this.make(this) as Optimizer;
    }
  }

  it('is configured with the plan of the run', async () => {
    const plans: FitPlan[] = [];
    const module = Object.assign(seededRegression(), {
      configureOptimizers(this: Regression, plan: FitPlan) {
        plans.push(plan);
        return new Momentum(this.parameters());
      },
    });
    await fit({ module, options: { maxEpochs: 2, limitTrainBatches: 3 } });
    expect(plans).toMatchObject([{ batchesPerEpoch: 3, maxEpochs: 2, totalSteps: 6 }]);
  });

  it('may come in an array of one', async () => {
    const { result } = await fit({ module: new Returning((module) => [new Momentum(module.parameters())]) });
    expect(result?.status).toBe('finished');
  });

  it('may be several, each of which moves its own parameters by the gradient of the one loss', async () => {
    const split = (rates: readonly [backbone: number, rest: number]) =>
      new Returning((module) => {
        const all = module.parameters();
        const isBackbone = (name: string) => name.startsWith('backbone.');
        return [
          new Momentum(
            all.filter((_, name) => isBackbone(name)),
            rates[0],
          ),
          new Momentum(
            all.filter((_, name) => !isBackbone(name)),
            rates[1],
          ),
        ];
      });
    const one = await fit({
      module: seeded(() => new Returning((module) => new Momentum(module.parameters()))),
    });
    const two = await fit({ module: seeded(() => split([0.1, 0.1])) });
    expect(two.weights).toEqual(one.weights);
    const slower = await fit({ module: seeded(() => split([0.1, 0.01])) });
    expect(slower.weights.get('head.weight')).not.toEqual(one.weights.get('head.weight'));
  });

  it('must not share a parameter', async () => {
    const { error } = await fit({
      module: new Returning((module) => [
        new Momentum(module.parameters()),
        new Momentum(module.parameters()),
      ]),
    });
    expect(messageOf(error)).toBe(
      "configureOptimizers of Returning gives a parameter 'backbone.weight' both to optim.test-momentum and to optim.test-momentum. " +
        'Gradients are identified by name, and each one updates one parameter. ' +
        "Give each optimiser its own parameters: this.parameters().filter((_, name) => name.startsWith('backbone.')).",
    );
  });

  it('must be an optimiser', async () => {
    const { error } = await fit({ module: new Returning(() => 0.1) });
    expect(messageOf(error)).toMatch(
      /^configureOptimizers of Returning returned a value that is not an optimiser\./,
    );
  });
});

describe('the loss of a training step', () => {
  class Odd extends Regression {
    constructor(private readonly odd: (loss: tf.Scalar) => unknown) {
      super();
    }
    override trainingStep(batch: PointBatch): tf.Scalar {
      return this.odd(super.trainingStep(batch)) as tf.Scalar;
    }
  }

  it.each([
    [
      'a tensor of shape [2]',
      (loss: tf.Scalar) => tf.stack([loss, loss]),
      'Return the loss, a scalar tensor: tf.mean(...) reduces a larger tensor to one.',
    ],
    [
      'undefined',
      () => undefined,
      'Return the loss, a scalar tensor: tf.mean(...) reduces a larger tensor to one.',
    ],
    [
      'a promise',
      (loss: tf.Scalar) => Promise.resolve(loss),
      'Make it synchronous: it is traced, and may call only tensor operations.',
    ],
  ])('cannot be %s', async (what, odd, fix) => {
    const { error } = await fit({ module: new Odd(odd) });
    expect(messageOf(error)).toBe(`trainingStep of Odd returned ${what}. ${fix}`);
  });
});

describe('runState', () => {
  it('can only be captured between two steps', async () => {
    const captures: unknown[] = [];
    await fit({
      options: { maxSteps: 1 },
      plugins: (trainer) => [
        plugin('early', {
          setup: async () => {
            captures.push(
              await trainer()
                .runState.capture()
                .catch((error: unknown) => error),
            );
          },
          onFitStart: async () => {
            captures.push(await trainer().runState.capture());
          },
        }),
      ],
    });
    expect(captures).toHaveLength(2);
    expect(messageOf(captures[0])).toBe(
      "The run's state was requested before the optimiser existed. Capture it from onFitStart on.",
    );
    expect(captures[1]).toMatchObject({
      experiment: 'regression',
      progress: { epoch: 0, nextBatch: 0, globalStep: 0 },
    });
  });
});
