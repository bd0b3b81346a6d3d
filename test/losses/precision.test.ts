import * as tf from '@tensorflow/tfjs-core';
import { compile, start } from '../../src/engine';
import { drawnViews, everyLoss } from './every-loss';
import type { ReadyLoss } from './every-loss';

beforeAll(() => start({ accelerator: 'cpu' }));

const SAMPLES = 32;

/** A similarity without care: products and what is between them may be rounded. */
const careless: ReadyLoss['run'] = ([a, b]) => {
  const cosines = tf.matMul(a!, b!, false, true);
  return tf.mean(tf.sub(tf.logSumExp(cosines, 1), tf.sum(tf.mul(a!, b!), 1)));
};

interface Errors {
  /** Over the size of the loss. */
  readonly value: number;
  /** Over the largest number of the gradients. */
  readonly gradient: number;
}

/** How far a loss in a step of bf16-mixed, between two products, is from float32 for what goes into it. */
async function errorsInMixedStep(
  loss: ReadyLoss,
  features: number,
  views: number,
  student: number,
): Promise<Errors> {
  const gradientsOf = (outputs: tf.Tensor2D[]) =>
    tf.engine().gradients(() => loss.run(outputs), outputs.slice(student));
  const mixed = compile(
    (inputs: tf.Tensor2D[], weight: tf.Tensor2D) => {
      const outputs = inputs.map((input) => tf.matMul<tf.Tensor2D>(input, weight));
      const { value, grads } = gradientsOf(outputs);
      // A product after it, as in a real step: what is between two may be computed in bfloat16.
      const backward = grads.map((gradient) => tf.matMul(gradient as tf.Tensor2D, weight, false, true));
      return { outputs, value: value, grads, backward };
    },
    { name: 'mixed', precision: 'bf16-mixed' },
  );
  const exact = compile(
    (outputs: tf.Tensor2D[]) => {
      const { value, grads } = gradientsOf(outputs);
      return { value: value, grads };
    },
    { name: 'exact' },
  );
  const inputs = drawnViews(views, SAMPLES, features);
  const weight = tf.randomNormal<tf.Rank.R2>([features, features], 0, 0.1, 'float32', 3);
  const state = loss.state?.clone();
  const ours = await mixed(inputs, weight);
  if (state !== undefined) loss.state?.assign(state);
  const wanted = await exact(ours.outputs);
  const gradients = [ours, wanted].map(({ grads }) => grads.flatMap((own) => [...own.dataSync()]));
  const largest = Math.max(...gradients[1]!.map(Math.abs));
  const worst = Math.max(...gradients[1]!.map((value, i) => Math.abs(value - gradients[0]![i]!)));
  mixed.dispose();
  exact.dispose();
  tf.dispose([inputs, weight, state ?? [], ours.outputs, ours.grads, ours.backward, wanted.grads]);
  return { value: Math.abs(ours.value - wanted.value) / Math.abs(wanted.value), gradient: worst / largest };
}

describe('in a step of bf16-mixed', () => {
  it.each(everyLoss.map((loss) => [loss.name, loss] as const))(
    '%s has the float32 value and gradients of what goes into it',
    async (_, { views, student, make }) => {
      // Fewer samples than half the features, and more: some losses compute them in another way.
      for (const features of [64, 16]) {
        const loss = make(features);
        const { value, gradient } = await errorsInMixedStep(loss, features, views, student);
        expect(value).toBeLessThan(1e-6);
        expect(gradient).toBeLessThan(1e-5);
        loss.dispose();
      }
    },
  );

  it('a loss of plain products does not', async () => {
    const loss = { run: careless, state: null, dispose: () => undefined };
    const { gradient } = await errorsInMixedStep(loss, 64, 2, 0);
    expect(gradient).toBeGreaterThan(1e-3);
  });
});
