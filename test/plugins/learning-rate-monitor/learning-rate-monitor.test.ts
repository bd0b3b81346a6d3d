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

it('logs at the beginning of epochs where told to, and one group without a number', () => {
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
