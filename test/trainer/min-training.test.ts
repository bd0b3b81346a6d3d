import { start } from '../../src/engine';
import type { HookContext } from '../../src/contracts';
import type { FitOptions } from '../../src/trainer';
import { fit, plugin } from './fakes/fit';

beforeAll(async () => {
  await start();
});

/** Fits epochs of four batches with a plugin that wishes to stop at every chance from update `from` on. */
async function stopWished(hook: 'onTrainBatchEnd' | 'onTrainEpochEnd', from: number, options: FitOptions) {
  const wish = ({ progress, stop }: HookContext): void => {
    if (progress.globalStep >= from) stop(`wish of update ${progress.globalStep}`);
  };
  const { result, events } = await fit({
    options: { maxEpochs: 5, ...options },
    plugins: [plugin('p', { [hook]: wish })],
  });
  const said = events.flatMap((event) => (event[0] === 'message' ? [event[2]] : []));
  return { status: result?.status, detail: result?.detail, steps: result?.progress.globalStep, said };
}

it('ends a fit at once where there is no minimum, or it is reached', async () => {
  expect(await stopWished('onTrainBatchEnd', 2, {})).toEqual({
    status: 'stopped',
    detail: 'wish of update 2',
    steps: 2,
    said: [],
  });
  expect(await stopWished('onTrainEpochEnd', 8, { minEpochs: 2, minSteps: 8 })).toMatchObject({
    steps: 8,
    said: [],
  });
});

it('goes on until minEpochs, and says so once', async () => {
  expect(await stopWished('onTrainBatchEnd', 2, { minEpochs: 2 })).toEqual({
    status: 'stopped',
    detail: 'wish of update 2',
    steps: 8,
    said: ['Training is to end (wish of update 2), and goes on until minEpochs 2.'],
  });
});

it('goes on until minSteps, which may lie inside an epoch', async () => {
  expect(await stopWished('onTrainEpochEnd', 4, { minEpochs: 1, minSteps: 6 })).toEqual({
    status: 'stopped',
    detail: 'wish of update 4',
    steps: 6,
    said: ['Training is to end (wish of update 4), and goes on until minEpochs 1 and minSteps 6.'],
  });
});

it('finishes by its plan where that ends before the minimum', async () => {
  expect(await stopWished('onTrainBatchEnd', 2, { maxEpochs: 1, minSteps: 99 })).toMatchObject({
    status: 'finished',
    steps: 4,
  });
});
