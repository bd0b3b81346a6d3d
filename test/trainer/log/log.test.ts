import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { HookContext, Hooks, LogOptions, MetricRow, TrainerInput } from '../../../src/contracts';
import { compile, start } from '../../../src/engine';
import { fit, messageOf, messagesOf, plugin, rowsOf, seededRegression } from '../fakes/fit';
import { Points } from '../fakes/points';
import type { PointBatch } from '../fakes/points';
import { Regression } from '../fakes/regression';

beforeAll(async () => {
  await start();
});

/** Logs the sum of the first feature, which a test can work out, and so is known at every step. */
class Logging extends Regression {
  constructor(
    private readonly calls: readonly (readonly [name: string, factor: number, options?: LogOptions])[],
  ) {
    super({ logger: false });
  }

  override trainingStep(batch: PointBatch): tf.Scalar {
    const loss = super.trainingStep(batch);
    for (const [name, factor, options] of this.calls)
      this.log(name, tf.mul(tf.sum<tf.Scalar>(batch.points), factor), options);
    return loss;
  }
}

const data = { batches: 3, batchSize: 4, lastBatchSize: 2 };
const sums: number[] = [];

beforeAll(async () => {
  for await (const { points } of new Points(data).epoch(0)) {
    sums.push(tf.tidy(() => Math.fround(tf.sum(points).dataSync()[0]!)));
  }
});

async function rows(
  calls: ConstructorParameters<typeof Logging>[0],
  settings: { logEveryNSteps?: number; maxEpochs?: number } = {},
): Promise<MetricRow[]> {
  const { logEveryNSteps = 1, maxEpochs = 1 } = settings;
  const { events, error } = await fit({
    module: new Logging(calls),
    data: new Points(data),
    options: { maxEpochs },
    settings: { logEveryNSteps },
  });
  expect(messageOf(error)).toBe('');
  return rowsOf(events);
}

describe('log in a training step', () => {
  it('records each step by default, and no epoch', async () => {
    const logged = await rows([['sum', 1]]);
    expect(logged).toEqual(
      sums.map((sum, index) => ({ kind: 'step', epoch: 0, step: index + 1, values: { sum } })),
    );
  });

  it('records the epoch alone with onStep false', async () => {
    const logged = await rows([['sum', 1, { onStep: false, onEpoch: true }]]);
    expect(logged).toEqual([{ kind: 'epoch', epoch: 0, step: 3, values: { sum: expect.any(Number) } }]);
  });

  it('adds _step and _epoch to the name with both', async () => {
    const logged = await rows([['sum', 1, { onEpoch: true }]]);
    expect(logged.map(({ kind, values }) => [kind, ...Object.keys(values)])).toEqual([
      ['step', 'sum_step'],
      ['step', 'sum_step'],
      ['step', 'sum_step'],
      ['epoch', 'sum_epoch'],
    ]);
  });

  it('weighs an epoch mean by batch size', async () => {
    const [row] = await rows([['sum', 1, { onStep: false, onEpoch: true }]]);
    const [a = 0, b = 0, c = 0] = sums;
    expect(row?.values['sum']).toBe((4 * a + 4 * b + 2 * c) / 10);
  });

  it.each([
    ['min', () => Math.min(...sums)],
    ['max', () => Math.max(...sums)],
    ['sum', () => sums.reduce((total, value) => total + value, 0)],
  ] as const)('reduces an epoch to its %s', async (reduce, expected) => {
    const [row] = await rows([['sum', 1, { onStep: false, onEpoch: true, reduce }]]);
    expect(row?.values['sum']).toBe(expected());
  });

  it('publishes every n-th update and the last one', async () => {
    const logged = await rows([['sum', 1]], { logEveryNSteps: 2, maxEpochs: 3 });
    expect(logged.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 2],
      [1, 4],
      [1, 6],
      [2, 8],
      [2, 9],
    ]);
  });

  it('publishes the last update of each epoch that is shorter than that, too', async () => {
    const logged = await rows([['sum', 1]], { logEveryNSteps: 4, maxEpochs: 3 });
    expect(logged.map(({ epoch, step }) => [epoch, step])).toEqual([
      [0, 3],
      [1, 4],
      [1, 6],
      [2, 8],
      [2, 9],
    ]);
  });

  it.each<[string, number, TrainerInput, string[]]>([
    ['has as many updates', 3, {}, []],
    [
      'is shorter',
      50,
      {},
      [
        'An epoch has 3 updates, but trainer.logEveryNSteps is 50: step metrics are logged at the end of each epoch. Lower it to log them more often.',
      ],
    ],
    [
      'is shorter in updates of several batches',
      3,
      { accumulateGradBatches: 2 },
      [
        'An epoch has 2 updates, but trainer.logEveryNSteps is 3: step metrics are logged at the end of each epoch. Lower it to log them more often.',
      ],
    ],
    ['has a single update, which is logged', 50, { limitTrainBatches: 1 }, []],
  ])('reports how often it logs if an epoch %s', async (_, logEveryNSteps, options, said) => {
    const { events, error } = await fit({
      data: new Points({ batches: 3 }),
      options: { maxEpochs: 2, ...options },
      settings: { logEveryNSteps },
    });
    expect(messageOf(error)).toBe('');
    expect(messagesOf(events).filter((text) => text.includes('logEveryNSteps'))).toEqual(said);
  });

  it('gives one value, reduced, for a name that is logged several times in one step', async () => {
    const [sum = 0] = sums;
    const calls = (reduce: 'mean' | 'min' | 'max' | 'sum') =>
      [1, 2, 6].map((factor) => [reduce, factor, { reduce }] as const);
    const [row] = await rows([...calls('mean'), ...calls('min'), ...calls('max'), ...calls('sum')]);
    expect(row?.values['mean']).toBeCloseTo(3 * sum, 5);
    expect(row?.values['sum']).toBeCloseTo(9 * sum, 5);
    expect(row?.values['min']).toBeCloseTo(Math.min(sum, 6 * sum), 5);
    expect(row?.values['max']).toBeCloseTo(Math.max(sum, 6 * sum), 5);
  });

  it('rejects a name that is logged with different options', async () => {
    const { error } = await fit({
      module: new Logging([
        ['sum', 1],
        ['sum', 1, { onEpoch: true }],
      ]),
    });
    expect(messageOf(error)).toBe(
      "'sum' was logged twice with different options. Each name must always be recorded in the same way. " +
        'Pass the same options to both calls, or use different names.',
    );
  });

  it('rejects a name under which another one is recorded', async () => {
    const { error } = await fit({
      module: new Logging([
        ['sum', 1, { onEpoch: true }],
        ['sum_step', 1],
      ]),
    });
    expect(messageOf(error)).toBe(
      "'sum_step' and 'sum' are both recorded as 'sum_step'. " +
        'A name with onStep and onEpoch is recorded with the suffixes _step and _epoch. Rename one of them.',
    );
  });

  it('rejects options under which nothing would be recorded', async () => {
    const { error } = await fit({ module: new Logging([['sum', 1, { onStep: false }]]) });
    expect(messageOf(error)).toBe(
      "log('sum') in trainingStep records nothing: onStep and onEpoch are both false. " +
        'Set one of them to true, or remove the call.',
    );
  });

  it('rejects numbers, which would never change, and tensors that are not scalar', async () => {
    class Wrong extends Regression {
      constructor(private readonly value: unknown) {
        super();
      }
      override trainingStep(batch: PointBatch): tf.Scalar {
        this.log('wrong', this.value as tf.Scalar);
        return super.trainingStep(batch);
      }
    }
    expect(messageOf((await fit({ module: new Wrong(3) })).error)).toBe(
      "log('wrong') in trainingStep was given a number. The step is traced once, so the number would never change. " +
        'Pass a scalar tensor, or log the number in onTrainBatchEnd.',
    );
    const vector = tf.zeros([2]);
    expect(messageOf((await fit({ module: new Wrong(vector) })).error)).toBe(
      "log('wrong') in trainingStep was given a tensor of shape [2]. A metric must be a single number. " +
        'Reduce it first, for example with tf.mean(value).',
    );
    vector.dispose();
  });

  it('shows values in the progress bar and hides them from the loggers on request', async () => {
    const { events } = await fit({
      module: new Logging([
        ['shown', 1, { progBar: true, logger: false }],
        ['plain', 1],
      ]),
      options: { maxSteps: 1 },
    });
    const bars = events.flatMap((event) => (event[0] === 'batchEnded' ? [Object.keys(event[3])] : []));
    expect(bars).toEqual([['shown']]);
    expect(rowsOf(events).map(({ values }) => Object.keys(values))).toEqual([['plain']]);
  });

  it('does nothing in a hand-written loop', async () => {
    const model = seededRegression();
    const step = compile((batch: PointBatch) => model.trainingStep(batch));
    for await (const batch of new Points({ batches: 1 }).epoch(0)) {
      expect(await step({ ...batch })).toEqual(expect.any(Number));
    }
    step.dispose();
  });
});

describe('log in host hooks', () => {
  it('records at the end of a batch per step, and at the end of an epoch per epoch', async () => {
    const { events } = await fit({
      module: new Regression({ logger: false }),
      options: { maxEpochs: 1 },
      settings: { logEveryNSteps: 2 },
      plugins: [
        plugin('logging', {
          onTrainBatchEnd: ({ log, progress }) => log('batch', progress.globalStep),
          onTrainEpochEnd: ({ log }) => log('accuracy', 0.5, { progBar: true }),
        }),
      ],
    });
    expect(rowsOf(events)).toEqual([
      { kind: 'step', epoch: 0, step: 2, values: { batch: 2 } },
      { kind: 'step', epoch: 0, step: 4, values: { batch: 4 } },
      { kind: 'epoch', epoch: 0, step: 4, values: { accuracy: 0.5 } },
    ]);
  });

  it("works from the module's own hooks through this.log", async () => {
    class Own extends Regression {
      override async onTrainEpochEnd(): Promise<void> {
        await Promise.resolve();
        this.log('own', 2);
      }
    }
    const { result } = await fit({ module: new Own() });
    expect(result?.metrics['own']).toBe(2);
  });

  it('shows monitors what all others logged, and has published it by then', async () => {
    const order: string[] = [];
    let seen: HookContext['metrics'] = {};
    await fit({
      module: new Regression({ onStep: false, onEpoch: true }),
      options: { maxEpochs: 1 },
      onRow: ({ kind }) => order.push(`${kind} row`),
      plugins: [
        plugin(
          'monitor',
          {
            onTrainEpochEnd: ({ metrics }) => {
              order.push('monitor');
              seen = metrics;
            },
          },
          'monitor',
        ),
        plugin('evaluating', {
          onTrainEpochEnd: ({ log }) => {
            order.push('evaluating');
            log('accuracy', 0.5);
          },
        }),
      ],
    });
    expect(order).toEqual(['evaluating', 'epoch row', 'monitor']);
    expect(seen).toEqual({ accuracy: 0.5, train_loss: expect.any(Number) });
  });

  const refused: (keyof Hooks)[] = ['setup', 'onFitStart', 'onTrainEnd', 'onFitEnd', 'teardown'];

  it.each(refused)('is rejected in %s', async (hook) => {
    const { error } = await fit({
      options: { maxSteps: 1 },
      plugins: [plugin('p', { [hook]: ({ log }: HookContext) => log('x', 1) })],
    });
    expect(messageOf(error)).toBe(
      `Plugin 'p' failed in ${hook}: log('x') has no meaning in ${hook}. There is neither a step nor an epoch for which to record it. ` +
        'Log in trainingStep, onTrainBatchEnd or onTrainEpochEnd.',
    );
  });

  it('is rejected per step if there is no step', async () => {
    const { error } = await fit({
      plugins: [plugin('p', { onTrainEpochEnd: ({ log }) => log('x', 1, { onStep: true }) })],
    });
    expect(messageOf(error)).toBe(
      "Plugin 'p' failed in onTrainEpochEnd: log('x', { onStep: true }) has no meaning in onTrainEpochEnd. " +
        'There is no current step. Leave onStep out, or log in onTrainBatchEnd.',
    );
  });

  it("is rejected in the module's configureOptimizers, and with tensors", async () => {
    class Early extends Regression {
      override configureOptimizers() {
        this.log('x', 1);
        return super.configureOptimizers();
      }
    }
    expect(messageOf((await fit({ module: new Early() })).error)).toMatch(
      /^log\('x'\) has no meaning in configureOptimizers\./,
    );
    class Tensor extends Regression {
      override onTrainEpochEnd(): void {
        this.log('x', tf.scalar(1));
      }
    }
    expect(messageOf((await fit({ module: new Tensor() })).error)).toBe(
      "The module Tensor failed in onTrainEpochEnd: log('x') in onTrainEpochEnd was given a tensor. Host hooks log numbers. " +
        'Read its value first: (await tensor.data())[0].',
    );
  });
});
