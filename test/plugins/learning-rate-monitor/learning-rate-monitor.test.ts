import { LearningRateMonitor, learningRateMonitor } from '../../../plugins/learning-rate-monitor';
import { optim, start } from '../../../src';
import type { OptimizersAccess } from '../../../src';
import { Trainer } from '../../../src/trainer';
import { SingleDevice } from '../../../src/strategy';
import { plugin, recordingBus, rowsOf, seededRegression, settings } from '../../trainer/fakes/fit';
import { Points } from '../../trainer/fakes/points';
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
  const { bus, recorded } = recordingBus();
  const trainer: Trainer = new Trainer(
    { maxEpochs: 1 },
    {
      plugins: [
        plugin('lr', new LearningRateMonitor(factory(), { current: () => trainer.optimizers.current() })),
      ],
      events: bus,
      strategy: new SingleDevice(),
      settings: { ...settings, logEveryNSteps: 1 },
    },
  );
  expect(trainer.optimizers.current()).toEqual([]);
  seededRegression().dispose();
  await trainer.fit(new Scheduled(), new Points());
  const rates = rowsOf(recorded)
    .filter(({ kind }) => kind === 'step')
    .map(({ values }) => [values['lr-sgd/pg1'], values['lr-sgd/pg2']]);
  expect(rates).toEqual([
    [0.1, 0.5],
    [0.1, 0.5],
    [0.05, 0.5],
    [0.05, 0.5],
  ]);
  expect(trainer.optimizers.current()).toEqual([]);
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
