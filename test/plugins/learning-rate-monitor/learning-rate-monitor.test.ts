import { LearningRateMonitor, learningRateMonitor } from '../../../plugins/learning-rate-monitor';
import { optim, start } from '../../../src';
import type { OptimizersAccess } from '../../../src';
import { fit, plugin, rowsOf } from '../../trainer/fakes/fit';
import { Regression } from '../../trainer/fakes/regression';
import { hookContext } from '../fakes/run';

const factory = (interval?: 'step' | 'epoch') =>
  learningRateMonitor(interval === undefined ? {} : { interval }).options as never;

class Scheduled extends Regression {
  override configureOptimizers() {
    const all = this.parameters();
    return optim.sgd(
      [
        { parameters: all.filter((_, name) => name.startsWith('head')) },
        { parameters: all.filter((_, name) => !name.startsWith('head')), learningRate: 0.5 },
      ],
      { learningRate: optim.schedules.step({ learningRate: 0.1, every: 2, factor: 0.5 }) },
    );
  }
}

it('logs the rate that each update of a real fit uses, by parameter group', async () => {
  await start();
  let optimizers: OptimizersAccess = { current: () => [] };
  let before: unknown = null;
  const { error, events } = await fit({
    options: { maxEpochs: 1 },
    module: new Scheduled(),
    settings: { logEveryNSteps: 1 },
    plugins: (trainer) => {
      optimizers = { current: () => trainer().optimizers.current() };
      const early = plugin('early', {
        setup: () => {
          before = optimizers.current();
        },
      });
      return [early, plugin('lr', new LearningRateMonitor(factory(), optimizers))];
    },
  });
  expect(error).toBeNull();
  expect(before).toEqual([]);
  const rates = rowsOf(events)
    .filter(({ kind }) => kind === 'step')
    .map(({ values }) => [values['lr-sgd/pg1'], values['lr-sgd/pg2']]);
  expect(rates).toEqual([
    [0.1, 0.5],
    [0.1, 0.5],
    [0.05, 0.5],
    [0.05, 0.5],
  ]);
  expect(optimizers.current()).toEqual([]);
});

/** Its rate moves with every epoch. */
class ByEpoch extends Regression {
  override configureOptimizers() {
    const learningRate = optim.schedules.linear({ from: 0.3, to: 0.1, every: 'epoch' });
    return optim.sgd(this.parameters(), { learningRate });
  }
}

it.each(['step', 'epoch'] as const)(
  'logs a rate that changes with every epoch, interval %s',
  async (interval) => {
    await start();
    const { error, events } = await fit({
      options: { maxEpochs: 3, accumulateGradBatches: 2 },
      module: new ByEpoch(),
      settings: { logEveryNSteps: 1 },
      plugins: (trainer) => {
        const optimizers: OptimizersAccess = { current: () => trainer().optimizers.current() };
        return [plugin('lr', new LearningRateMonitor(factory(interval), optimizers))];
      },
    });
    expect(error).toBeNull();
    const rates = rowsOf(events).flatMap(({ values }) => values['lr-sgd'] ?? []);
    const expected = interval === 'step' ? [0.3, 0.3, 0.2, 0.2, 0.1, 0.1] : [0.3, 0.2, 0.1];
    expect(rates).toHaveLength(expected.length);
    expected.forEach((rate, index) => expect(rates[index]).toBeCloseTo(rate, 12));
  },
);

it('gives every optimiser and every parameter group its own name', () => {
  const optimizers: OptimizersAccess = {
    current: () => [
      { kind: 'sgd', stepCount: 0, learningRates: [0.1] },
      { kind: 'adamw', stepCount: 0, learningRates: [0.01] },
      { kind: 'sgd', stepCount: 0, learningRates: [0.2, 0.3] },
      { kind: 'sgd', stepCount: 0, learningRates: [0.4] },
    ],
  };
  const context = hookContext();
  new LearningRateMonitor(factory(), optimizers).onTrainBatchStart(context);
  expect(context.logged.map(([name, rate]) => [name, rate])).toEqual([
    ['lr-sgd', 0.1],
    ['lr-adamw', 0.01],
    ['lr-sgd-1/pg1', 0.2],
    ['lr-sgd-1/pg2', 0.3],
    ['lr-sgd-2', 0.4],
  ]);
});

it('logs at the start of epochs if told to, and a single group without a number', () => {
  const optimizers: OptimizersAccess = {
    current: () => [{ kind: 'adamw', stepCount: 0, learningRates: [0.001] }],
  };
  const monitor = new LearningRateMonitor(factory('epoch'), optimizers);
  const atBatch = hookContext();
  monitor.onTrainBatchStart(atBatch);
  expect(atBatch.logged).toEqual([]);
  const atEpoch = hookContext();
  monitor.onTrainEpochStart(atEpoch);
  expect(atEpoch.logged).toEqual([['lr-adamw', 0.001, undefined]]);
});
