import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { HookContext, PluginHooks, RunState } from '../../../src/contracts';
import { liveCounts, seedEverything, start } from '../../../src/engine';
import { SingleDevice } from '../../../src/strategy';
import { Trainer } from '../../../src/trainer';
import { fit, messageOf, plugin, recordingBus, settings } from '../fakes/fit';
import { Points } from '../fakes/points';
import type { PointBatch } from '../fakes/points';
import { Regression } from '../fakes/regression';

beforeAll(async () => {
  await start();
});

/** The first number of each batch that the data give, in the order in which they are trained on. */
async function firstNumbers(data: Points, epochs: number, startBatch = 0): Promise<number[]> {
  const numbers: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for await (const { points } of data.epoch(epoch, { startBatch: epoch === 0 ? startBatch : 0 })) {
      numbers.push((await points.data())[0] ?? NaN);
    }
  }
  return numbers;
}

/** Notes the first number of each batch that its hooks are given. */
function looking(stage: 'Train' | 'Validation' | 'Test' | 'Predict') {
  const seen = { start: [] as number[], end: [] as number[] };
  const note =
    (where: number[]) =>
    async (...args: readonly unknown[]): Promise<void> => {
      where.push((await (args.at(-1) as PointBatch).points.data())[0] ?? NaN);
    };
  const hooks: PluginHooks = {
    [`on${stage}BatchStart`]: note(seen.start),
    [`on${stage}BatchEnd`]: note(seen.end),
  };
  return { hooks, seen };
}

class Evaluated extends Regression {
  override validationStep({ points }: PointBatch): void {
    this.log('val_mean', tf.mean<tf.Scalar>(this.forward(points)));
  }

  override testStep({ points }: PointBatch): void {
    this.log('test_mean', tf.mean<tf.Scalar>(this.forward(points)));
  }

  override predictStep({ points }: PointBatch) {
    return { outputs: this.forward(points) };
  }
}

function evaluated(): Evaluated {
  seedEverything(0);
  return new Evaluated();
}

describe('hooks at a batch', () => {
  it.each([
    ['compiled', {}],
    ['eager', { compile: false }],
    ['with gradient accumulation', { accumulateGradBatches: 3 }],
  ])('see each batch of a fit, %s', async (_, options) => {
    const { hooks, seen } = looking('Train');
    const { error } = await fit({
      plugins: [plugin('looking', hooks)],
      options: { maxEpochs: 2, ...options },
    });
    const all = await firstNumbers(new Points(), 2);
    expect(error).toBeNull();
    expect(new Set(all).size).toBe(8);
    expect(seen).toEqual({ start: all, end: all });
  });

  it('see the batches of a resumed fit from its first one on', async () => {
    const saved: RunState[] = [];
    await fit({
      options: { maxEpochs: 2 },
      plugins: (trainer) => [
        plugin('saving', {
          onTrainBatchEnd: async ({ progress }: HookContext) => {
            if (progress.batchIndex === 1 && progress.epoch === 0) {
              saved.push(await trainer().runState.capture());
            }
          },
        }),
      ],
    });
    const [resume] = saved;
    const { hooks, seen } = looking('Train');
    await fit({
      options: { maxEpochs: 2 },
      plugins: [plugin('looking', hooks)],
      ...(resume === undefined ? {} : { resume }),
    });
    const left = await firstNumbers(new Points(), 2, 2);
    expect(left).toHaveLength(6);
    expect(seen).toEqual({ start: left, end: left });
  });

  it('see the batch in the module too, with its type', async () => {
    const shapes: number[][] = [];
    class Looking extends Regression {
      override onTrainBatchStart(_: HookContext, { targets }: PointBatch): void {
        shapes.push(targets.shape);
      }
    }
    await fit({ module: new Looking(), options: { maxEpochs: 1 }, data: new Points({ batches: 2 }) });
    expect(shapes).toEqual([
      [4, 2],
      [4, 2],
    ]);
  });

  it.each([
    ['Validation', 'validate'],
    ['Test', 'test'],
    ['Predict', 'predict'],
  ] as const)('see each batch of an evaluation: %s', async (stage, method) => {
    const { hooks, seen } = looking(stage);
    const trainer = new Trainer(
      {},
      {
        plugins: [plugin('looking', hooks)],
        events: recordingBus().bus,
        strategy: new SingleDevice(),
        settings,
      },
    );
    await trainer[method](evaluated(), new Points({ batches: 3, lastBatchSize: 1 }));
    const all = await firstNumbers(new Points({ batches: 3, lastBatchSize: 1 }), 1);
    expect(seen).toEqual({ start: all, end: all });
  });

  it.each([['onTrainBatchStart'], ['onTrainBatchEnd']] as const)(
    'may not dispose its tensors: %s',
    async (hook) => {
      const careless: PluginHooks = {
        [hook]: (...args: readonly unknown[]) => {
          (args.at(-1) as PointBatch).targets.dispose();
        },
      };
      const before = liveCounts().tensors;
      const { error, module } = await fit({ plugins: [plugin('careless', careless)] });
      expect(messageOf(error)).toBe(
        `Plugin 'careless' failed in ${hook}: it disposed a tensor of the batch, of shape [4, 2]. ` +
          'The data owns the tensors of a batch, and frees them when the next batch is requested. ' +
          'Only read them; make a copy with tensor.clone() if needed, and dispose that.',
      );
      module.dispose();
      expect(liveCounts().tensors).toBeLessThanOrEqual(before);
    },
  );

  it('may keep a copy, which outlives the batch', async () => {
    const kept: tf.Tensor[] = [];
    await fit({
      options: { maxSteps: 3 },
      plugins: [
        plugin('keeping', {
          onTrainBatchEnd: (_, __, batch) => {
            kept.push((batch as PointBatch).points.clone());
          },
        }),
      ],
    });
    const numbers = await Promise.all(kept.map(async (tensor) => (await tensor.data())[0]));
    expect(numbers).toEqual((await firstNumbers(new Points(), 1)).slice(0, 3));
    tf.dispose(kept);
  });
});
