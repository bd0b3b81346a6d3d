import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { HookContext, RunState, TrainerInput } from '../../src/contracts';
import { liveCounts, seedEverything, start } from '../../src/engine';
import { SingleDevice } from '../../src/strategy';
import { Trainer } from '../../src/trainer';
import type { BuiltPlugin } from '../../src/trainer';
import { callsOf, recordingHooks } from './fakes/call-recorder';
import type { Overrides } from './fakes/call-recorder';
import { fit, messageOf, plugin, recordingBus, settings } from './fakes/fit';
import { Points } from './fakes/points';
import type { PointBatch } from './fakes/points';
import { Regression } from './fakes/regression';

beforeAll(async () => {
  await start();
});

/** The regression with all three kinds of evaluation. */
class Evaluated extends Regression {
  override validationStep({ points }: PointBatch): void {
    this.log('val_mean', tf.mean<tf.Scalar>(this.forward(points)));
  }

  override testStep({ points, targets }: PointBatch): void {
    this.log('test_loss', tf.mean<tf.Scalar>(tf.squaredDifference(this.forward(points), targets)));
  }

  override predictStep({ points }: PointBatch) {
    const outputs = this.forward(points);
    return { outputs, best: tf.argMax(outputs, 1) };
  }
}

function evaluated(): Evaluated {
  seedEverything(0);
  return new Evaluated();
}

function trainerWith(plugins: readonly BuiltPlugin[] = [], options: TrainerInput = {}): Trainer {
  return new Trainer(options, {
    plugins,
    events: recordingBus().bus,
    strategy: new SingleDevice(),
    settings,
  });
}

const held = (): Points => new Points({ batches: 3, lastBatchSize: 1 });

async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return messageOf(error);
  }
  throw new Error('nothing failed');
}

/** What the model gives for all held-out points, in evaluation mode, operation by operation. */
async function byHand(module: Evaluated): Promise<{ outputs: number[]; loss: number }> {
  module.eval();
  const outputs: number[] = [];
  let total = 0;
  for await (const { points, targets } of held().epoch(0)) {
    tf.tidy(() => {
      const given = module.forward(points);
      outputs.push(...given.dataSync());
      total += tf.sum(tf.squaredDifference(given, targets)).dataSync()[0]!;
    });
  }
  module.train();
  return { outputs, loss: total / outputs.length };
}

describe.each([
  ['validate', 'Validation'],
  ['test', 'Test'],
  ['predict', 'Predict'],
] as const)('Trainer.%s', (method, name) => {
  it("calls Lightning's hooks in Lightning's order, plugins, module, monitors", async () => {
    const calls: string[] = [];
    const module = Object.assign(evaluated(), recordingHooks('module', calls));
    const plugins = [
      plugin('monitor', recordingHooks('monitor', calls), 'monitor'),
      plugin('one', recordingHooks('one', calls)),
    ];
    await trainerWith(plugins)[method](module, held());
    const batch = [`on${name}BatchStart`, `on${name}BatchEnd`];
    const expected = [
      'setup',
      `on${name}Start`,
      `on${name}EpochStart`,
      ...[...batch, ...batch, ...batch],
      `on${name}EpochEnd`,
      `on${name}End`,
      'teardown',
    ];
    expect(callsOf('module', calls)).toEqual(expected);
    expect(calls).toEqual(expected.flatMap((hook) => [`one ${hook}`, `module ${hook}`, `monitor ${hook}`]));
  });

  it('restores the checkpoint first, and gives hooks its origin', async () => {
    const states: RunState[] = [];
    const fitted = await fit({
      module: evaluated(),
      plugins: (trainer) => [
        plugin('saver', { onTrainEnd: async () => void states.push(await trainer().runState.capture()) }),
      ],
    });
    const [state] = states;
    const seen: unknown[] = [];
    const overrides: Overrides = {
      [`on${name}Start`]: ({ stage, progress }: HookContext) => seen.push([stage, progress.globalStep]),
      onLoadCheckpoint: () => seen.push('load'),
    };
    const module = evaluated();
    await trainerWith([plugin('one', recordingHooks('one', [], overrides))])[method](module, held(), {
      state: state!,
      path: 'last',
    });
    expect(seen).toEqual(['load', [method, 8]]);
    expect(module.stateDict()).toEqual(fitted.weights);
  });

  it('does its teardown after a hook that throws, and names its owner', async () => {
    const calls: string[] = [];
    const plugins = [
      plugin('bad', { [`on${name}BatchEnd`]: () => Promise.reject(new Error('no disk')) }),
      plugin('one', recordingHooks('one', calls)),
    ];
    expect(await failure(trainerWith(plugins)[method](evaluated(), held()))).toBe(
      `Plugin 'bad' failed in on${name}BatchEnd: no disk. Correct the plugin, or remove it from the experiment's plugins.`,
    );
    expect(callsOf('one', calls).slice(-2)).toEqual(['onException', 'teardown']);
  });

  it('ends at an interruption, without a result', async () => {
    const trainer: Trainer = trainerWith([
      plugin('interrupt', { [`on${name}BatchEnd`]: () => trainer.interrupt('Ctrl-C') }),
    ]);
    expect(await trainer[method](evaluated(), held())).toMatchObject({ status: 'interrupted', metrics: {} });
  });

  it('leaves the model in training mode, and no tensor behind', async () => {
    const module = evaluated();
    await trainerWith()[method](module, held());
    const before = liveCounts();
    await trainerWith()[method](module, held());
    expect(liveCounts()).toEqual(before);
    expect(module.norm.training).toBe(true);
  });

  it('names the step that the module lacks', async () => {
    const module = new Regression();
    const step = method === 'predict' ? 'predictStep' : `${method === 'test' ? 'test' : 'validation'}Step`;
    expect(await failure(trainerWith()[method](module, held()))).toBe(
      `The module Regression has no ${step}. Write ${step}(batch) in it.`,
    );
  });
});

describe('an evaluation', () => {
  it('gives the mean over all samples', async () => {
    const module = evaluated();
    const { loss } = await byHand(module);
    const { metrics, batches } = await trainerWith().test(module, held());
    expect(metrics['test_loss']).toBeCloseTo(loss, 5);
    expect(batches).toBe(3);
  });

  it('gives predictions of all samples in order, compiled as well as operation by operation', async () => {
    const module = evaluated();
    const { outputs } = await byHand(module);
    for (const compile of [true, false]) {
      const { predictions } = await trainerWith([], { compile }).predict(module, held());
      const given = predictions.get('outputs');
      expect(given).toMatchObject({ dtype: 'F32', shape: [9, 2] });
      [...(given?.data ?? [])].forEach((value, index) => expect(value).toBeCloseTo(outputs[index]!, 5));
      const best = predictions.get('best');
      expect(best).toMatchObject({ dtype: 'I32', shape: [9] });
      expect([...(best?.data ?? [])]).toEqual(
        Array.from({ length: 9 }, (_, row) => (outputs[2 * row]! >= outputs[2 * row + 1]! ? 0 : 1)),
      );
    }
  });

  it('takes no more batches than its limit', async () => {
    const limits = { limitValBatches: 2, limitTestBatches: 0.4, limitPredictBatches: 1 };
    const trainer = trainerWith([], limits);
    const module = evaluated();
    expect((await trainer.validate(module, held())).batches).toBe(2);
    expect((await trainer.test(module, held())).batches).toBe(1);
    expect((await trainer.predict(module, held())).predictions.get('best')?.shape).toEqual([4]);
  });

  it('rejects predictions that are not rows, and results of a step that logs', async () => {
    const scalar = Object.assign(evaluated(), { predictStep: () => ({ loss: tf.scalar(1) }) });
    expect(await failure(trainerWith().predict(scalar, held()))).toContain(
      'predictStep of Evaluated returned something other than tensors of [batch, ...] by name.',
    );
    const returning = Object.assign(evaluated(), { testStep: () => tf.scalar(1) });
    expect(await failure(trainerWith().test(returning, held()))).toBe(
      "testStep of Evaluated returned a value. Its measurements are logged, not returned. Write this.log('val_loss', loss) in it, and return nothing.",
    );
  });

  it('rejects to log in predictions', async () => {
    const plugins = [plugin('log', { onPredictBatchEnd: ({ log }) => log('x', 1) })];
    expect(await failure(trainerWith(plugins).predict(evaluated(), held()))).toContain(
      "log('x') has no meaning in onPredictBatchEnd.",
    );
  });
});
