import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import type { BatchResult, Gradients, HookContext, PluginHooks } from '../../../src/contracts';
import { start } from '../../../src/engine';
import { fit, messageOf, plugin, seededRegression } from '../fakes/fit';
import { Regression } from '../fakes/regression';

beforeAll(async () => {
  await start();
});

const oneStep = { maxSteps: 1 };

/** Runs one step with a plugin `p` of these hooks; gives the loss that arrived and the metrics after it. */
async function step(hooks: PluginHooks, options: { compile?: boolean; module?: Regression } = {}) {
  let result: BatchResult | null = null;
  let metrics: HookContext['metrics'] = {};
  const { compile = true, module = seededRegression() } = options;
  const fitted = await fit({
    options: { ...oneStep, compile },
    module,
    plugins: [
      plugin('p', hooks),
      plugin('witness', {
        onTrainBatchEnd: (context, ended) => {
          result = ended;
          ({ metrics } = context);
        },
      }),
    ],
  });
  return { ...fitted, loss: (result as BatchResult | null)?.loss, metrics };
}

describe.each([
  ['compiled', true],
  ['operation by operation', false],
])('step hooks, %s', (_, compile) => {
  it('see what forward returns, and log from it', async () => {
    const shapes: number[][] = [];
    const { metrics } = await step(
      {
        onAfterForward: (output, { log }) => {
          shapes.push((output as tf.Tensor).shape);
          log('output_max', tf.max(output as tf.Tensor));
        },
      },
      { compile },
    );
    expect(shapes).toEqual([[4, 2]]);
    expect(metrics['output_max']).toEqual(expect.any(Number));
  });

  it('replace the loss', async () => {
    const plain = await step({}, { compile });
    const doubled = await step({ onBeforeBackward: (loss) => tf.mul(loss, 2) }, { compile });
    expect(doubled.loss).toBeCloseTo(2 * plain.loss!, 5);
  });

  it('replace the gradients, each from what the one before it returned', async () => {
    const zero = (gradients: Gradients) =>
      new Map([...gradients].map(([name, g]) => [name, tf.zerosLike(g)]));
    let seen = -1;
    const module = seededRegression();
    const before = module.stateDict();
    const { weights } = await step(
      {
        onAfterBackward: zero,
        onBeforeOptimizerStep: (gradients, { log }) => {
          seen = gradients.size;
          log('norm', tf.addN([...gradients.values()].map((g) => tf.sum<tf.Scalar>(tf.square(g)))));
          return undefined;
        },
      },
      { compile, module },
    );
    expect(seen).toBe(module.parameters().length);
    for (const [name] of module.parameters().entries()) expect(weights.get(name)).toEqual(before.get(name));
  });

  it('run in the module too, after those of plugins', async () => {
    class Watching extends Regression {
      override onBeforeBackward(loss: tf.Scalar): tf.Scalar {
        this.log('raw', loss);
        return tf.add(loss, 1);
      }
    }
    const { metrics, loss } = await step(
      { onBeforeBackward: (raw) => tf.mul(raw, 0) },
      {
        compile,
        module: new Watching(),
      },
    );
    expect(metrics['raw']).toBe(0);
    expect(loss).toBe(1);
  });
});

describe('a step hook', () => {
  it('runs once per trace, not once per step', async () => {
    let calls = 0;
    await fit({
      plugins: [
        plugin('counting', {
          onAfterBackward: () => {
            calls += 1;
            return undefined;
          },
        }),
      ],
    });
    expect(calls).toBe(1);
  });

  it('that reads a value gets an error with its name and the alternative', async () => {
    const { error } = await step({
      onAfterBackward: (gradients) => {
        for (const gradient of gradients.values()) gradient.dataSync();
        return undefined;
      },
    });
    expect(error).toMatchObject({
      kind: 'trace',
      message:
        "Plugin 'p' failed in the step hook onAfterBackward: " +
        "The value of a tensor was read while 'training step' was being traced, when it has no value yet. " +
        'A traced function runs once with symbols; its operations then run natively at every step. ' +
        'Log it with log(), return it from the step, or move dataSync, arraySync and data into a host hook. ' +
        'A value that a step hook passes to context.log() is available as a number in onTrainBatchEnd, in context.metrics.',
    });
  });

  const asynchronous =
    'it returned a promise. Step hooks run once, while the step is traced, and are not awaited. ' +
    'Make it synchronous, and do slow work in a host hook such as onTrainBatchEnd.';

  it.each<[string, unknown, string, string]>([
    ['onAfterForward', Promise.resolve(), 'a promise', asynchronous],
    ['onBeforeBackward', Promise.resolve(), 'a promise', asynchronous],
    ['onAfterBackward', Promise.resolve(), 'a promise', asynchronous],
    ['onBeforeOptimizerStep', Promise.resolve(), 'a promise', asynchronous],
    [
      'onBeforeBackward',
      3,
      'a number',
      'it returned a value that is not a scalar tensor. Return the new loss, or nothing.',
    ],
    [
      'onAfterBackward',
      {},
      'an object',
      'it returned a value that is not a map of gradients. Return a Map from parameter names to gradients, or nothing.',
    ],
    [
      'onAfterBackward',
      new Map(),
      'an incomplete map',
      'the map that it returned lacks the gradients of backbone.weight, backbone.bias, norm.weight, norm.bias, head.weight, head.bias. ' +
        'Return a gradient for each parameter in the given map; freeze() a parameter that is not to be trained.',
    ],
  ])('%s cannot return %p (%s)', async (hook, returned, _, message) => {
    const { error } = await step({ [hook]: () => returned });
    expect(error).toMatchObject({ kind: 'plugin', message: `Plugin 'p' failed in ${hook}: ${message}` });
  });

  it("that fails leaves the module's forward as it was", async () => {
    const module = seededRegression();
    const own = module.forward;
    const { error } = await step(
      {
        onAfterForward: () => {
          throw new Error('no');
        },
      },
      { module },
    );
    expect(messageOf(error)).toMatch(/^Plugin 'p' failed in onAfterForward: no\./);
    expect(module.forward).toBe(own);
    expect(Object.hasOwn(module, 'forward')).toBe(false);
  });
});
