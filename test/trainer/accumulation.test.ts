import * as tf from '@tensorflow/tfjs-core';
import type { BatchSource, RunState } from '../../src/contracts';
import { RandomStream, liveCounts, seedEverything, start } from '../../src/engine';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import { TrainingModule } from '../../src/trainer';
import type { Trainer } from '../../src/trainer';
import { fit, messageOf, plugin, rowsOf } from './fakes/fit';
import type { FitSetup } from './fakes/fit';
import type { PointBatch } from './fakes/points';
import { Points } from './fakes/points';

beforeAll(async () => {
  await start();
});

const SAMPLES = 24;

/** The same samples in the same order, in batches of any size. */
class Pool implements BatchSource<PointBatch> {
  readonly samples = SAMPLES;
  readonly batchesPerEpoch: number;

  constructor(private readonly batchSize: number) {
    this.batchesPerEpoch = SAMPLES / batchSize;
  }

  async *epoch(
    epoch: number,
    { startBatch = 0, limit = Infinity }: { startBatch?: number; limit?: number } = {},
  ): AsyncIterable<PointBatch> {
    const stream = new RandomStream(7, 'shuffle', [epoch]);
    const values = Float32Array.from({ length: SAMPLES * 3 }, () => stream.normal());
    const end = Math.min(this.batchesPerEpoch, startBatch + limit);
    for (let index = startBatch; index < end; index++) {
      const [from, to] = [3 * index * this.batchSize, 3 * (index + 1) * this.batchSize];
      const points = tf.tensor2d(values.slice(from, to), [this.batchSize, 3]);
      const targets = tf.tidy(() => tf.mul<tf.Tensor2D>(tf.slice(points, [0, 0], [-1, 2]), 3));
      yield await Promise.resolve({ points, targets });
      tf.dispose([points, targets]);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** A model without batch norm, whose loss is a mean over samples. */
class Plain extends TrainingModule<PointBatch> {
  readonly first = new nn.Linear(3, 5);
  readonly second = new nn.Linear(5, 2);

  forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.second.forward(tf.tanh(this.first.forward(points)));
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    const loss = tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets));
    this.log('train_loss', loss);
    return loss;
  }

  override configureOptimizers() {
    const learningRate = optim.schedules.cosine({ learningRate: 0.1, totalSteps: 6 });
    return optim.sgd(this.parameters(), { learningRate, momentum: 0.9, weightDecay: 0.01 });
  }
}

function plain(): Plain {
  seedEverything(0);
  return new Plain();
}

const fitPlain = (setup: FitSetup) => fit({ module: plain(), ...setup });

describe.each([
  ['compiled', true],
  ['operation by operation', false],
])('gradients accumulated over batches, %s', (_, compile) => {
  it('train as batches of that many times the size', async () => {
    const big = await fitPlain({ data: new Pool(12), options: { maxEpochs: 3, compile } });
    const small = await fitPlain({
      data: new Pool(4),
      options: { maxEpochs: 3, compile, accumulateGradBatches: 3, gradientClipVal: 100 },
    });
    expect([big.error, small.error]).toEqual([null, null]);
    expect(small.result?.progress.globalStep).toBe(6);
    for (const [name, { data }] of big.weights) {
      (data as Float32Array).forEach((value, i) => {
        expect(Math.abs((small.weights.get(name)!.data as Float32Array)[i]! - value)).toBeLessThan(1e-6);
      });
    }
  });
});

it('follow a schedule, one batch per update at first and three from epoch 1 on, and resume within it', async () => {
  const states: RunState[] = [];
  const scheduled = {
    data: new Pool(4),
    options: { maxEpochs: 3, accumulateGradBatches: { 0: 1, 1: 3 } },
  } satisfies FitSetup;
  const whole = await fitPlain({
    ...scheduled,
    plugins: (trainer: () => Trainer) => [
      plugin('saver', {
        onTrainBatchEnd: async (_, { updated }) => {
          if (updated) states.push(await trainer().runState.capture());
        },
      }),
    ],
  });
  expect(states.map(({ progress }) => progress.globalStep)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  for (const resume of states) {
    const resumed = await fitPlain({ ...scheduled, resume });
    expect(resumed.weights).toEqual(whole.weights);
  }
  // The last two epochs are those of a fit whose batches are three times the size.
  const big = await fitPlain({
    data: new Pool(12),
    options: { maxEpochs: 3 },
    resume: epochBegin(states[5]!),
  });
  for (const [name, { data }] of big.weights) {
    (data as Float32Array).forEach((value, i) => {
      expect(Math.abs((whole.weights.get(name)!.data as Float32Array)[i]! - value)).toBeLessThan(1e-6);
    });
  }
});

/** A state after an epoch's last batch, as the state at the beginning of the next. */
function epochBegin(state: RunState): RunState {
  const { epoch, globalStep } = state.progress;
  return { ...state, progress: { epoch: epoch + 1, nextBatch: 0, globalStep } };
}

it('update at the last batch of an epoch too, and count updates everywhere', async () => {
  const seen: [batch: number, updated: boolean, step: number][] = [];
  const { events, result } = await fitPlain({
    data: new Pool(4),
    options: { maxEpochs: 2, accumulateGradBatches: 4 },
    settings: { logEveryNSteps: 1 },
    plugins: [
      plugin('watching', {
        onTrainBatchEnd: ({ progress }, { updated }) => {
          seen.push([progress.batchIndex, updated, progress.globalStep]);
        },
      }),
    ],
  });
  expect(seen.slice(0, 6)).toEqual([
    [0, false, 0],
    [1, false, 0],
    [2, false, 0],
    [3, true, 1],
    [4, false, 1],
    [5, true, 2],
  ]);
  expect(result?.progress.globalStep).toBe(4);
  expect(
    rowsOf(events)
      .filter(({ kind }) => kind === 'step')
      .map(({ step }) => step),
  ).toEqual([1, 2, 3, 4]);
});

it('call the hooks of the update only at updates', async () => {
  const traced: string[] = [];
  const record = (hook: string) => () => {
    traced.push(hook);
    return undefined;
  };
  await fitPlain({
    data: new Pool(4),
    options: { maxEpochs: 1, accumulateGradBatches: 3 },
    plugins: [
      plugin('p', {
        onAfterBackward: record('onAfterBackward'),
        onBeforeOptimizerStep: record('onBeforeOptimizerStep'),
      }),
    ],
  });
  // One trace of each step: the accumulating one first.
  expect(traced).toEqual(['onAfterBackward', 'onAfterBackward', 'onBeforeOptimizerStep']);
});

it('end at maxSteps, and on request or interruption only when the update is complete', async () => {
  const options = { maxEpochs: 9, accumulateGradBatches: 3 };
  const limited = await fitPlain({ data: new Pool(4), options: { ...options, maxSteps: 3 } });
  expect(limited.result?.progress).toMatchObject({ globalStep: 3, epoch: 1, batchIndex: 2 });

  const atFirstBatch = (act: (trainer: Trainer, stop: (reason: string) => void) => void): FitSetup => ({
    data: new Pool(4),
    options,
    plugins: (trainer) => [
      plugin('p', {
        onTrainBatchEnd: ({ progress, stop }) => {
          if (progress.batchIndex === 0) act(trainer(), stop);
        },
      }),
    ],
  });
  const stopped = await fitPlain(
    atFirstBatch((_, stop) => {
      stop('enough');
    }),
  );
  expect(stopped.result).toMatchObject({ status: 'stopped', progress: { globalStep: 1, batchIndex: 2 } });
  const interrupted = await fitPlain(
    atFirstBatch((trainer) => {
      trainer.interrupt('SIGINT');
    }),
  );
  expect(interrupted.result).toMatchObject({
    status: 'interrupted',
    progress: { globalStep: 1, batchIndex: 2 },
  });
});

it('continue bit for bit from a state between two updates, and have none in the middle of one', async () => {
  const options = { maxEpochs: 2, accumulateGradBatches: 2 };
  const states: RunState[] = [];
  const refused: string[] = [];
  const whole = await fitPlain({
    data: new Pool(4),
    options,
    plugins: (trainer) => [
      plugin('saver', {
        onTrainBatchEnd: async (__, { updated }) => {
          try {
            const state = await trainer().runState.capture();
            if (updated) states.push(state);
          } catch (error) {
            refused.push(messageOf(error));
          }
        },
      }),
    ],
  });
  expect(refused).toHaveLength(6);
  expect(new Set(refused)).toEqual(
    new Set([
      "The run's state was requested after 1 batches of an update. Their gradients are not part of it. " +
        'Capture it when the result of onTrainBatchEnd has `updated`.',
    ]),
  );
  expect(states).toHaveLength(6);
  for (const resume of states) {
    const resumed = await fitPlain({ data: new Pool(4), options, resume });
    expect(resumed.error).toBeNull();
    expect(resumed.weights).toEqual(whole.weights);
  }
});

it('are forgotten when a hook ends the epoch in the middle of an update', async () => {
  const cut = (at: number) =>
    fitPlain({
      data: new Pool(4),
      options: { maxEpochs: 2, accumulateGradBatches: 3 },
      plugins: [
        plugin('cutter', {
          onTrainBatchStart: ({ progress }) =>
            progress.epoch === 0 && progress.batchIndex === at ? 'end-epoch' : undefined,
        }),
      ],
    });
  const clean = await cut(3);
  const inTheMiddle = await cut(5);
  expect(clean.result?.progress.globalStep).toBe(3);
  expect(inTheMiddle.weights).toEqual(clean.weights);
});

it('leave no tensor and no native handle behind', async () => {
  const module = plain();
  const setup: FitSetup = { module, options: { maxEpochs: 2, accumulateGradBatches: 3 } };
  await fit({ ...setup, data: new Points() });
  const before = liveCounts();
  await fit({ ...setup, data: new Points() });
  await fit({ ...setup, data: new Points({ spoiledBatch: 5 }) });
  expect(liveCounts()).toEqual(before);
});
