import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { HookContext, LogOptions, PluginHooks } from '../../../src/contracts';
import { start } from '../../../src/engine';
import { fit, messageOf, plugin, rowsOf } from '../fakes/fit';
import type { FitSetup } from '../fakes/fit';
import { Points } from '../fakes/points';
import type { PointBatch } from '../fakes/points';
import { Regression } from '../fakes/regression';

beforeAll(async () => {
  await start();
});

/** Logs where it is told to; its own loss stays out of it. */
class Logging extends Regression {
  constructor(
    private readonly inTraining: readonly (readonly [name: string, options?: LogOptions])[],
    private readonly inValidation: readonly string[] = [],
  ) {
    super({ logger: false });
  }

  override trainingStep(batch: PointBatch): tf.Scalar {
    const loss = super.trainingStep(batch);
    for (const [name, options] of this.inTraining) this.log(name, loss, options);
    return loss;
  }

  override validationStep({ points }: PointBatch): void {
    for (const name of this.inValidation) this.log(name, tf.mean<tf.Scalar>(points));
  }
}

async function failure(setup: FitSetup): Promise<string> {
  const { error } = await fit({ options: { maxEpochs: 1 }, ...setup });
  return messageOf(error);
}

const validation = new Points({ batches: 1 });
const logs = (name: string, hook: keyof PluginHooks = 'onTrainBatchEnd', by = 'own') =>
  plugin(by, { [hook]: ({ log }: HookContext) => log(name, 1) });

describe("a metric's name", () => {
  const unfit: [string, string, string][] = [
    ['', 'is empty', "Use another name, such as 'train_loss'."],
    [' \t', 'is empty', "Use another name, such as 'train_loss'."],
    ['loss ', 'starts or ends with a space', "Use another name, such as 'train_loss'."],
    ['a\nb', 'contains a line break or a control character', "Use another name, such as 'train_loss'."],
    ['a\u2028b', 'contains a line break or a control character', "Use another name, such as 'train_loss'."],
    ['a\ud800', 'contains a line break or a control character', "Use another name, such as 'train_loss'."],
    ['__proto__', 'is reserved by JavaScript', "Use another name, such as 'train_loss'."],
    [
      'epoch',
      'is a column of every row of metrics',
      "Remove the call, or use another name, such as 'current_epoch'.",
    ],
    [
      'step',
      'is a column of every row of metrics',
      "Remove the call, or use another name, such as 'current_step'.",
    ],
  ];

  it.each(unfit)('is rejected at its first log if it is %p', async (name, finding, fix) => {
    const said = (place: string) =>
      `log(${JSON.stringify(name)}) in ${place} is given a name that ${finding}. ${fix}`;
    expect(await failure({ module: new Logging([[name]]) })).toBe(said('trainingStep'));
    expect(await failure({ module: new Logging([], [name]), validation })).toBe(said('validationStep'));
    expect(await failure({ plugins: [logs(name, 'onTrainEpochEnd')] })).toBe(
      `Plugin 'own' failed in onTrainEpochEnd: ${said('onTrainEpochEnd')}`,
    );
  });

  it.each(['time', 'kind', 'values', 'Epoch', 'constructor', 'val/acc@1', 'a,"b"', 'größe', 'epoch_step'])(
    'may be %p',
    async (name) => {
      const { error, events } = await fit({ module: new Logging([[name]]), options: { maxSteps: 1 } });
      expect(error).toBeNull();
      expect(rowsOf(events).map(({ values }) => Object.keys(values))).toEqual([[name]]);
    },
  );

  const suffixed =
    'A name with onStep and onEpoch is recorded with the suffixes _step and _epoch. Rename one of them.';
  const both = { onStep: true, onEpoch: true };

  it.each<[string, () => FitSetup, string]>([
    [
      'of the same step',
      () => ({ module: new Logging([['a', both], ['a_epoch']]) }),
      `'a_epoch' and 'a' are both recorded as 'a_epoch'. ${suffixed}`,
    ],
    [
      'in validation',
      () => ({
        module: new Logging([['a', both]], ['a_epoch']),
        validation,
        options: { numSanityValSteps: 0 },
      }),
      `'a_epoch' and 'a' are both recorded as 'a_epoch'. ${suffixed}`,
    ],
    [
      'of a plugin',
      () => ({ module: new Logging([['a', both]]), plugins: [logs('a_step')] }),
      `Plugin 'own' failed in onTrainBatchEnd: 'a_step' and 'a' are both recorded as 'a_step'. ${suffixed}`,
    ],
  ])('is rejected if another one is recorded under it: %s', async (_, setup, message) => {
    expect(await failure(setup())).toBe(message);
  });

  const mixed = 'Their values would be mixed in one metric.';

  it('belongs to one participant', async () => {
    const rename = `${mixed} Rename one of the two metrics.`;
    expect(await failure({ module: new Logging([['a']]), plugins: [logs('a')] })).toBe(
      `Plugin 'own' failed in onTrainBatchEnd: 'a' is logged by both the module and plugin 'own'. ${rename}`,
    );
    expect(await failure({ plugins: [logs('a', undefined, 'one'), logs('a', undefined, 'two')] })).toBe(
      `Plugin 'two' failed in onTrainBatchEnd: 'a' is logged by both plugin 'one' and plugin 'two'. ${rename}`,
    );
    const inStep = plugin('traced', {
      onBeforeBackward: (loss, { log }) => {
        log('a', loss);
        return undefined;
      },
    });
    expect(await failure({ module: new Logging([['a']]), plugins: [inStep] })).toContain(
      `'a' is logged by both the module and plugin 'traced'. ${rename}`,
    );
  });

  it('belongs to training or to validation', async () => {
    const message = `'acc' is logged both in training and in validation. ${mixed} Use two names, such as 'train_acc' and 'val_acc'.`;
    const module = () => new Logging([['acc', { onStep: false, onEpoch: true }]], ['acc']);
    // The sanity check has logged it before training does.
    expect(await failure({ module: module(), validation })).toBe(message);
    expect(await failure({ module: module(), validation, options: { numSanityValSteps: 0 } })).toBe(message);
  });

  it('may be logged in several hooks of one participant, and several times in a step', async () => {
    const { error } = await fit({
      module: new Logging([['a'], ['a']]),
      plugins: [
        plugin('own', {
          onTrainBatchStart: ({ log }: HookContext) => log('b', 1),
          onTrainBatchEnd: ({ log }: HookContext) => log('b', 2),
        }),
      ],
    });
    expect(error).toBeNull();
  });
});
