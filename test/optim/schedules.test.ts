import type { ScheduleRun } from '../../src/contracts';
import { schedules } from '../../src/optim';
import type { Schedule } from '../../src/optim';
import lightly from './data/lightly-schedules.json';
import reference from './data/schedules.json';

const makers = schedules as unknown as Record<string, (options: object) => (step: number) => number>;

it.each(reference.cases)('$kind $options gives the rates of the reference', ({ kind, options, rates }) => {
  const schedule = makers[kind]!(options);
  rates.forEach((rate, step) => {
    expect(schedule(step)).toBeCloseTo(rate, 12);
  });
});

it('a cosine stays at its end after the last step', () => {
  const schedule = schedules.cosine({ learningRate: 1, totalSteps: 5, end: 0.25 });
  expect([schedule(4), schedule(5), schedule(500)]).toEqual([0.25, 0.25, 0.25]);
});

it('a cosine of warm-up alone, and one of a single step, have no decay to divide by', () => {
  const climbing = schedules.cosine({ learningRate: 1, totalSteps: 2, warmupSteps: 2 });
  expect([climbing(0), climbing(1), climbing(2)]).toEqual([0.5, 1, 0]);
  expect(schedules.cosine({ learningRate: 1, totalSteps: 1 })(0)).toBe(0);
});

it('constant stays', () => {
  const schedule = schedules.constant(0.3);
  expect([schedule(0), schedule(1000)]).toEqual([0.3, 0.3]);
});

it('reports what is wrong with its numbers', () => {
  expect(() => schedules.cosine({ learningRate: 1, totalSteps: 10, warmupSteps: 11 })).toThrow(
    'A cosine schedule got 11 warm-up steps of 10 steps. Set warmupSteps to a number from 0 to totalSteps.',
  );
  expect(() => schedules.step({ learningRate: 1, every: 0, factor: 0.1 })).toThrow(
    'A step schedule got 0 steps between decreases. Set every to a whole number of 1 or more.',
  );
});

function runOf(parts: Partial<ScheduleRun> = {}): ScheduleRun {
  const length = { maxEpochs: 5, totalSteps: 20, stepsPerEpoch: 4 };
  return { epoch: 0, ...length, stepsIn: (epochs) => 4 * epochs, ...parts };
}

describe('a schedule over a part of a run', () => {
  const spans = schedules as unknown as Record<string, (options: object) => Schedule>;

  it.each(lightly.cases)('$kind $options has the values of $lightly', ({ kind, options, values }) => {
    const schedule = spans[kind]!(options);
    values.forEach((value, step) => expect(schedule(step, runOf())).toBeCloseTo(value, 14));
    const byEpoch = spans[kind]!({ ...options, ...inEpochs(options), every: 'epoch' });
    values.forEach((value, epoch) => expect(byEpoch(7, runOf({ epoch }))).toBeCloseTo(value, 14));
  });

  it.each(Object.entries(lightly.byEpoch.runs))(
    'a cosine over %s epochs has the values that lightly has with current_epoch and max_epochs',
    (epochs, values) => {
      const schedule = schedules.cosine({ from: 0.996, to: 1, every: 'epoch' });
      values.forEach((value, epoch) => {
        expect(schedule(999, runOf({ epoch, maxEpochs: Number(epochs) }))).toBeCloseTo(value, 15);
      });
    },
  );

  it('counts epochs in updates if it moves with them', () => {
    const schedule = schedules.cosine({ from: 1, to: 0, epochs: 3, warmupEpochs: 1 });
    const same = schedules.cosine({ from: 1, to: 0, steps: 12, warmupSteps: 4 });
    for (let step = 0; step < 14; step++) expect(schedule(step, runOf())).toBe(same(step, runOf()));
  });

  it('stays within a warm-up that is longer than the run', () => {
    const schedule = schedules.cosine({ from: 1, to: 0, warmupEpochs: 10 });
    expect([0, 19].map((step) => schedule(step, runOf()))).toEqual([1 / 40, 20 / 40]);
  });

  it('needs an end, or a length', () => {
    const endless = runOf({ maxEpochs: null, totalSteps: null });
    const message = (name: string) =>
      `A ${name} schedule spans the whole run, but the run has no end. ` +
      'Set steps or epochs of the schedule, or set trainer.maxEpochs or trainer.maxSteps.';
    const bounds = { from: 1, to: 0 };
    expect(() => schedules.cosine(bounds)(0, endless)).toThrow(message('cosine'));
    expect(() => schedules.cosine({ ...bounds, every: 'epoch' })(0, endless)).toThrow(message('cosine'));
    expect(() => schedules.linear(bounds)(0, endless)).toThrow(message('linear'));
    expect(schedules.cosine({ ...bounds, period: 2 })(3, endless)).toBeCloseTo(0, 14);
    expect(schedules.linear({ ...bounds, epochs: 2 })(7, endless)).toBe(0);
  });

  it.each<[object, string]>([
    [
      { steps: 4, epochs: 1 },
      'A cosine schedule got 4 steps and 1 epoch. Set its length once, in steps or in epochs.',
    ],
    [
      { steps: 4, every: 'epoch' },
      "A cosine schedule got 4 steps, but changes with every epoch. Set its length in epochs, or remove every: 'epoch'.",
    ],
    [{ epochs: 1.5 }, 'A cosine schedule got epochs 1.5. Set epochs to a whole number of 1 or more.'],
    [
      { warmupSteps: -1 },
      'A cosine schedule got warmupSteps -1. Set warmupSteps to a whole number of 0 or more.',
    ],
    [{ period: 0 }, 'A cosine schedule got period 0. Set period to a whole number of 1 or more.'],
    [
      { warmupSteps: 2, every: 'epoch' },
      'A cosine schedule got 2 warm-up steps, and changes with every epoch. Use warmupEpochs instead.',
    ],
    [
      { warmupSteps: 2, warmupEpochs: 1 },
      'A cosine schedule got 2 warm-up steps, and 1 warm-up epoch. Set only one of the two.',
    ],
    [
      { period: 3, steps: 9 },
      'A cosine schedule got a period of 3 and 9 steps. With a period it continues without end. Set only one of the two.',
    ],
    [
      { epochs: 3, warmupEpochs: 4 },
      'A cosine schedule got 4 warm-up epochs of 3 epochs. Make the warm-up no longer than the whole.',
    ],
  ])('reports what is wrong with %j', (options, message) => {
    expect(() => spans['cosine']!({ from: 1, to: 0, ...options })).toThrow(message);
  });

  it('reports that a linear warm-up has no length', () => {
    expect(() => schedules.linearWarmup({ to: 1 })).toThrow(
      'A linear warm-up schedule got no length. Set steps or epochs.',
    );
  });
});

/** Lengths in steps as lengths in epochs. */
function inEpochs({ steps, warmupSteps }: { steps?: number; warmupSteps?: number }): object {
  const lengths = { steps: undefined, warmupSteps: undefined, epochs: steps, warmupEpochs: warmupSteps };
  return lengths;
}
