import type { ScheduleRun, TrainerInput } from '../../src/contracts';
import { compile, liveCounts, start } from '../../src/engine';
// After the engine, which puts its random operations into it.
import * as tf from '@tensorflow/tfjs-core';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import type { Schedule } from '../../src/optim';
import { TrainingModule } from '../../src/trainer';
import type { RunState } from '../../src/contracts';
import reference from '../optim/data/lightly-schedules.json';
import { fit, messageOf, plugin } from './fakes/fit';
import type { FitSetup } from './fakes/fit';
import { Points } from './fakes/points';
import type { PointBatch } from './fakes/points';

beforeAll(async () => {
  await start();
});

interface Asked {
  readonly step: number;
  readonly epoch: number;
  readonly value: number;
}

/** Adds up a scheduled value in a buffer, and counts batches and updates there. */
class Follower extends TrainingModule<PointBatch> {
  readonly layer = new nn.Linear(3, 2);
  readonly total = nn.buffer(tf.scalar(0));
  readonly batches = nn.buffer(tf.scalar(0));
  readonly updates = nn.buffer(tf.scalar(0));
  readonly asked: Asked[] = [];

  constructor(protected readonly schedule: Schedule) {
    super();
  }

  forward(points: tf.Tensor2D): tf.Tensor2D {
    return this.layer.forward(points);
  }

  override trainingStep({ points, targets }: PointBatch): tf.Scalar {
    const value = this.scheduled((step, run) => {
      const number = this.schedule(step, run);
      this.asked.push({ step, epoch: run.epoch, value: number });
      return number;
    });
    this.total.assign(tf.add(this.total, value));
    this.batches.assign(tf.add(this.batches, 1));
    if (nn.beginsUpdate()) this.updates.assign(tf.add(this.updates, 1));
    return tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets));
  }

  override configureOptimizers() {
    return optim.sgd(this.parameters(), { learningRate: 0.01 });
  }

  override validationStep(): void {
    this.log('val_value', this.scheduled(this.schedule), { onEpoch: true });
  }
}

/** Without a validation. */
class Plain extends Follower {
  declare validationStep: never;

  constructor(schedule: Schedule) {
    super(schedule);
    Object.defineProperty(this, 'validationStep', { value: undefined });
  }
}

async function follow(schedule: Schedule, setup: FitSetup = {}) {
  const module = new Plain(schedule);
  const fitted = await fit({ ...setup, module });
  const [total, batches, updates] = [module.total, module.batches, module.updates].map(
    (buffer) => buffer.dataSync()[0]!,
  );
  return { ...fitted, asked: module.asked, total: total!, batches: batches!, updates: updates! };
}

const values = (asked: readonly Asked[]): number[] => asked.map(({ value }) => value);
const byEpoch = optim.schedules.cosine({ from: 0.996, to: 1, every: 'epoch' });
const bySteps = optim.schedules.cosine({ from: 0.9, to: 0.1 });
const five = reference.byEpoch.runs['5'];

describe.each([
  ['compiled', true],
  ['eager', false],
])('a scheduled value, %s', (_, compiled) => {
  it("has lightly's numbers of each epoch", async () => {
    const { asked, total, error } = await follow(byEpoch, {
      options: { maxEpochs: 5, compile: compiled },
      data: new Points({ batches: 3 }),
    });
    expect(error).toBeNull();
    const expected = five.flatMap((value) => [value, value, value]);
    expected.forEach((value, index) => expect(values(asked)[index]).toBeCloseTo(value, 14));
    expect(total).toBeCloseTo(
      expected.reduce((sum, value) => sum + value, 0),
      4,
    );
  });

  it('is the same for all batches of an update', async () => {
    const { asked, batches, updates } = await follow((step) => step, {
      options: { maxEpochs: 2, accumulateGradBatches: 2, compile: compiled },
      data: new Points({ batches: 5 }),
    });
    expect(values(asked)).toEqual([0, 0, 1, 1, 2, 3, 3, 4, 4, 5]);
    expect({ batches, updates }).toEqual({ batches: 10, updates: 6 });
  });

  it('supports updates whose number of batches changes from epoch to epoch', async () => {
    const run: Omit<ScheduleRun, 'stepsIn'>[] = [];
    const { updates } = await follow(
      (_step, { epoch, maxEpochs, totalSteps, stepsPerEpoch, stepsIn }) => {
        run.push({ epoch, maxEpochs, totalSteps, stepsPerEpoch });
        return stepsIn(2);
      },
      {
        options: { maxEpochs: 3, accumulateGradBatches: { 0: 1, 1: 4, 2: 2 }, compile: compiled },
        data: new Points({ batches: 4 }),
      },
    );
    expect(updates).toBe(7);
    const whole = { maxEpochs: 3, totalSteps: 7 };
    expect(run.filter((_each, index) => index % 4 === 0)).toEqual([
      { epoch: 0, stepsPerEpoch: 4, ...whole },
      { epoch: 1, stepsPerEpoch: 1, ...whole },
      { epoch: 2, stepsPerEpoch: 2, ...whole },
    ]);
  });

  it('continues in the middle of an epoch as if the run had never stopped', async () => {
    const setup = { options: { maxEpochs: 3, accumulateGradBatches: 2, compile: compiled } };
    const states: RunState[] = [];
    const both: Schedule = (step, run) => bySteps(step, run) + byEpoch(step, run);
    const whole = await follow(both, {
      ...setup,
      data: new Points({ batches: 6 }),
      plugins: (trainer) => [
        plugin('saver', {
          onTrainBatchEnd: async (__, { updated }) => {
            if (updated) states.push(await trainer().runState.capture());
          },
        }),
      ],
    });
    const state = states[4]!;
    expect(state.progress).toEqual({ epoch: 1, nextBatch: 4, globalStep: 5 });
    const rest = await follow(both, { ...setup, data: new Points({ batches: 6 }), resume: state });
    expect(rest.error).toBeNull();
    expect(rest.asked).toEqual(whole.asked.slice(10));
    expect(rest.weights).toEqual(whole.weights);
  });
});

it('a step that asks whether its batch begins an update draws the same random numbers', async () => {
  class Drawing extends Plain {
    constructor(private readonly asks: boolean) {
      super((step) => step);
    }

    override trainingStep({ points }: PointBatch): tf.Scalar {
      if (this.asks && nn.beginsUpdate()) this.updates.assign(tf.add(this.updates, 1));
      const noise = tf.randomNormal<tf.Rank.R2>([4, 3]);
      return tf.mean<tf.Scalar>(tf.square(this.forward(tf.add(points, noise))));
    }
  }
  const train = async (asks: boolean, compiled: boolean) => {
    const module = new Drawing(asks);
    for (const parameter of module.parameters()) parameter.assign(tf.ones(parameter.shape));
    const options = { maxEpochs: 2, accumulateGradBatches: 3, compile: compiled };
    const { error } = await fit({ module, options, data: new Points({ batches: 7 }) });
    expect(error).toBeNull();
    return { weights: module.layer.stateDict(), updates: module.updates.dataSync()[0] };
  };
  const asking = await train(true, true);
  expect(asking.updates).toBe(6);
  expect((await train(false, true)).weights).toEqual(asking.weights);
  expect((await train(true, false)).updates).toBe(6);
});

it('keeps its float32 value in a step of bf16-mixed', async () => {
  const { total, error } = await follow(() => 0.996, {
    options: { maxEpochs: 2, precision: 'bf16-mixed' },
    data: new Points({ batches: 4 }),
  });
  expect(error).toBeNull();
  // In bfloat16 it would be 0.9961.
  expect(total).toBeCloseTo(8 * 0.996, 5);
});

describe('a schedule that spans the run', () => {
  const ends = async (schedule: Schedule, options: TrainerInput) => {
    const { asked, error } = await follow(schedule, { options, data: new Points({ batches: 4 }) });
    return { numbers: values(asked), error: messageOf(error) };
  };

  it('ends where maxSteps ends it', async () => {
    const { numbers } = await ends(bySteps, { maxSteps: 6 });
    expect(numbers).toHaveLength(6);
    expect([numbers[0], numbers[5]]).toEqual([0.9, 0.1]);
    const epochs = await ends(byEpoch, { maxSteps: 6 });
    expect(epochs.numbers).toEqual([0.996, 0.996, 0.996, 0.996, 1, 1]);
    const sooner = await ends(byEpoch, { maxEpochs: 100, maxSteps: 6 });
    expect(sooner.numbers).toEqual(epochs.numbers);
  });

  it('has its last value in a development run of one step', async () => {
    expect(await ends(byEpoch, { maxEpochs: 100, fastDevRun: true })).toEqual({ numbers: [1], error: '' });
    expect((await ends(bySteps, { fastDevRun: 3 })).numbers).toEqual([0.9, 0.5, 0.1]);
  });

  it('has lengths of its own if they are given', async () => {
    const linear = optim.schedules.linear({ from: 0, to: 4, epochs: 2 });
    const { numbers } = await ends(linear, { maxSteps: 9 });
    expect(numbers).toEqual([0, 4 / 7, 8 / 7, 12 / 7, 16 / 7, 20 / 7, 24 / 7, 4, 4]);
  });

  it('spans the new length of a resumed run', async () => {
    let state: RunState | undefined;
    await follow(byEpoch, {
      options: { maxEpochs: 2 },
      plugins: (trainer) => [
        plugin('saver', {
          onTrainEnd: async () => {
            state = await trainer().runState.capture();
          },
        }),
      ],
    });
    const { asked } = await follow(byEpoch, { options: { maxEpochs: 5 }, resume: state! });
    const expected = [2, 3, 4].flatMap((epoch) => Array<number>(4).fill(five[epoch]!));
    expect(asked.map(({ epoch }) => epoch)).toEqual(
      [2, 3, 4].flatMap((epoch) => Array<number>(4).fill(epoch)),
    );
    expected.forEach((value, index) => expect(values(asked)[index]).toBeCloseTo(value, 14));
  });
});

it('a validation sees the values of the previous update, or the first ones if there was none', async () => {
  const seen: Asked[] = [];
  const module = new Follower((step, { epoch }) => {
    seen.push({ step, epoch, value: 0 });
    return 10 * epoch + step;
  });
  const { events, error } = await fit({
    module,
    options: { maxEpochs: 2, valCheckInterval: 2 },
    data: new Points({ batches: 4 }),
    validation: new Points({ batches: 1 }),
  });
  expect(error).toBeNull();
  const validated = events.flatMap((event) =>
    event[0] === 'evaluationEnded' ? [event[2]['val_value']] : [],
  );
  expect(validated).toEqual([0, 1, 3, 15, 17]);
});

it('reports steps for which it has no value', () => {
  const module = new Plain(bySteps);
  const batch = { points: tf.zeros<tf.Rank.R2>([1, 3]), targets: tf.zeros<tf.Rank.R2>([1, 2]) };
  expect(() => module.trainingStep(batch)).toThrow(
    'scheduled() of Plain was called outside the training and validation steps of a fit. ' +
      'A scheduled value belongs to an update of a run, and there is none. ' +
      'Call it in trainingStep or validationStep; use a fixed number in testStep and predictStep; ' +
      'in your own loop, provide the training position: nn.withStepPosition({ step, batchOfUpdate, run }, () => ...).',
  );
  tf.dispose({ ...batch });
  module.dispose();
});

it('rejects a value that is not a number', async () => {
  const { error } = await follow((step) => 1 / (2 - step), { data: new Points({ batches: 4 }) });
  expect(messageOf(error)).toBe(
    'A schedule returned Infinity for the update after 2 updates. ' +
      'Everything computed from it would become useless. Return a finite number for every step.',
  );
});

it('follows the position that a hand-written loop gives', async () => {
  const module = new Plain((step, { totalSteps }) => step / (totalSteps ?? 1));
  const position = {
    step: 0,
    batchOfUpdate: 0,
    run: { epoch: 0, maxEpochs: 1, totalSteps: 4, stepsPerEpoch: 4, stepsIn: (epochs: number) => 4 * epochs },
  };
  const step = compile(() => nn.withStepPosition(position, () => module.scheduled(module['schedule'])));
  const given: number[] = [];
  for (; position.step < 4; position.step += 1) given.push(await step());
  expect(given).toEqual([0, 0.25, 0.5, 0.75]);
  expect(step.traces).toBe(1);
  step.dispose();
  module.dispose();
});

it('leaves no tensor and no native handle behind', async () => {
  const setup: FitSetup = { options: { maxEpochs: 2, accumulateGradBatches: 3 } };
  const once = async () => {
    const { module } = await follow(bySteps, { ...setup, data: new Points() });
    module.dispose();
  };
  await once();
  const before = liveCounts();
  await once();
  expect(liveCounts()).toEqual(before);
});
