import * as tf from '@tensorflow/tfjs-core';
import { compile, start } from '../../../src/engine';
import { clipGradients } from '../../../src/trainer/step/gradients';
import type { ClippingRule } from '../../../src/trainer/step/gradients';
import type { TrainerInput } from '../../../src/contracts';
import { fit, seededRegression } from '../fakes/fit';
import reference from './data/clipping.json';

beforeAll(async () => {
  await start();
});

describe.each([
  ['compiled', false],
  ['eager', true],
])('clipGradients, %s', (_, eager) => {
  it.each(reference.cases)('agrees with PyTorch for $algorithm $limit', async (wanted) => {
    const rule = wanted as ClippingRule;
    const { gradients, clipped } = wanted;
    const weight = tf.tensor2d(gradients.weight, [2, 3]);
    const bias = tf.tensor1d(gradients.bias);
    const run = compile(
      (w: tf.Tensor, b: tf.Tensor) =>
        Object.fromEntries(
          clipGradients(
            new Map([
              ['weight', w],
              ['bias', b],
            ]),
            rule,
          ),
        ),
      { name: 'clip', eager },
    );
    const result = await run(weight, bias);
    for (const name of ['weight', 'bias'] as const) {
      const values = result[name]!.dataSync();
      clipped[name].forEach((value, i) => {
        expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(
          2e-7 * Math.max(wanted.limit, Math.abs(value)),
        );
      });
    }
    run.dispose();
  });
});

/** The gradients that one step of rate 0.1 used: what the parameters moved by, over the rate. */
async function usedGradients(options: TrainerInput): Promise<number[]> {
  const module = seededRegression();
  const before = module.stateDict();
  const { error, weights } = await fit({ options: { maxSteps: 1, ...options }, module });
  expect(error).toBeNull();
  return module
    .parameters()
    .entries()
    .flatMap(([name]) => {
      const after = weights.get(name)!.data as Float32Array;
      const values = before.get(name)!.data as Float32Array;
      return Array.from(values, (value, i) => (value - after[i]!) / 0.1);
    });
}

it('the trainer clips what its optimiser gets', async () => {
  const plain = await usedGradients({});
  const length = Math.hypot(...plain);
  expect(length).toBeGreaterThan(0.1);

  const limited = await usedGradients({ gradientClipVal: 0.05 });
  expect(Math.hypot(...limited)).toBeCloseTo(0.05, 5);
  limited.forEach((value, i) => {
    expect(value).toBeCloseTo((plain[i]! * 0.05) / length, 5);
  });

  const cut = await usedGradients({ gradientClipVal: 0.05, gradientClipAlgorithm: 'value' });
  cut.forEach((value, i) => {
    expect(value).toBeCloseTo(Math.max(-0.05, Math.min(0.05, plain[i]!)), 5);
  });
});
