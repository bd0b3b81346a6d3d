import { schedules } from '../../src/optim';
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

it('says what is wrong with its numbers', () => {
  expect(() => schedules.cosine({ learningRate: 1, totalSteps: 10, warmupSteps: 11 })).toThrow(
    'A cosine schedule got 11 warm-up steps of 10 steps. Give warmupSteps from 0 to totalSteps.',
  );
  expect(() => schedules.step({ learningRate: 1, every: 0, factor: 0.1 })).toThrow(
    'A step schedule got 0 steps between falls. Give every a whole number from 1 up.',
  );
});
