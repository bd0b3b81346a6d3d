import { beforeAll, describe, expect, it } from '@jest/globals';
import { engineInfo, start } from '../../src/engine';
import { SingleDevice } from '../../src/strategy';
import { Trainer } from '../../src/trainer';
import { fit, plugin, recordingBus, seededRegression, settings } from './fakes/fit';
import { Points } from './fakes/points';

beforeAll(async () => {
  await start();
});

describe('the events of a fit', () => {
  it('show its course in order', async () => {
    const { events } = await fit({ options: { maxEpochs: 2, limitTrainBatches: 2 } });
    expect(events.map(([name]) => name)).toEqual([
      'runStarted',
      ...['epochStarted', 'batchEnded', 'metricsLogged', 'batchEnded', 'metricsLogged', 'epochEnded'],
      ...['epochStarted', 'batchEnded', 'metricsLogged', 'batchEnded', 'metricsLogged', 'epochEnded'],
      'runEnded',
    ]);
  });

  it('describe the run', async () => {
    const { bus, recorded } = recordingBus();
    const trainer = new Trainer(
      { maxSteps: 1 },
      {
        plugins: [],
        events: bus,
        strategy: new SingleDevice(),
        settings: { ...settings, seed: 3, config: { lr: 0.1 } },
        place: { folder: '/runs/regression/version_0', data: { name: 'points', batchSize: 4 } },
      },
    );
    await trainer.fit(seededRegression(), new Points());
    expect(recorded[0]).toEqual([
      'runStarted',
      {
        experiment: 'regression',
        folder: '/runs/regression/version_0',
        seed: 3,
        data: { name: 'points', samples: 16, batchSize: 4, ranks: 1 },
        device: engineInfo().deviceName,
        resumedFrom: null,
        config: { lr: 0.1 },
      },
    ]);
  });

  it('carry the progress, the loss, the batch size and the seconds of every batch', async () => {
    const { events } = await fit({ options: { maxEpochs: 1 }, data: new Points({ lastBatchSize: 3 }) });
    const batches = events.flatMap((event) => (event[0] === 'batchEnded' ? [event] : []));
    expect(
      batches.map(([, progress, result]) => [progress.batchIndex, progress.globalStep, result.batchSize]),
    ).toEqual([
      [0, 1, 4],
      [1, 2, 4],
      [2, 3, 4],
      [3, 4, 3],
    ]);
    for (const [, , result, bar] of batches) {
      expect(result.stepSeconds).toBeGreaterThan(0);
      expect(result.stepSeconds).toBeLessThan(60);
      expect(result.dataSeconds).toBeGreaterThan(0);
      expect(bar).toEqual({ train_loss_step: result.loss });
    }
  });

  it('count the time spent waiting for a batch as data, and the time in a step as step', async () => {
    class Slow extends Points {
      override async *epoch(...args: Parameters<Points['epoch']>) {
        for await (const batch of super.epoch(...args)) {
          await new Promise((resolve) => setTimeout(resolve, 30));
          yield batch;
        }
      }
    }
    const { events } = await fit({
      data: new Slow(),
      options: { maxSteps: 3 },
      plugins: [plugin('slow', { onTrainBatchEnd: () => new Promise((resolve) => setTimeout(resolve, 60)) })],
    });
    const [, second] = events.flatMap((event) => (event[0] === 'batchEnded' ? [event[2]] : []));
    expect(second!.dataSeconds).toBeGreaterThan(0.025);
    expect(second!.dataSeconds).toBeLessThan(0.055);
    expect(second!.stepSeconds).toBeLessThan(0.025);
  });

  it('end with the failure that the fit rejects with', async () => {
    const { events, error } = await fit({
      plugins: [
        plugin('broken', {
          onTrainStart: () => {
            throw new Error('no');
          },
        }),
      ],
    });
    expect(events.at(-1)).toEqual(['runEnded', 'failed', (error as Error).message]);
  });

  it('do not let a listener change or break the run', async () => {
    const { bus, recorded } = recordingBus();
    bus.on('batchEnded', () => {
      throw new Error('no terminal');
    });
    const trainer = new Trainer(
      { maxEpochs: 1 },
      { plugins: [], events: bus, strategy: new SingleDevice(), settings },
    );
    expect((await trainer.fit(seededRegression(), new Points())).status).toBe('finished');
    expect(recorded.filter(([name]) => name === 'message')).toEqual([
      ['message', 'warning', "A listener of 'batchEnded' failed and is no longer called: no terminal"],
    ]);
  });
});
