import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start } from '../../src/engine';
import { negativeCosineSimilarity } from '../../src/losses';
import reference from './data/negative-cosine.json';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

const withGradients = (p: tf.Tensor2D, z: tf.Tensor2D) => {
  const { value, grads } = tf.engine().gradients(() => negativeCosineSimilarity(p, z), [p, z]);
  return { loss: value, gradP: grads[0]!, gradZ: grads[1]! };
};

/** Errors of the order of the values' own rounding. */
function expectClose(values: ArrayLike<number>, wanted: readonly number[]): void {
  expect(values).toHaveLength(wanted.length);
  const largest = Math.max(...wanted.map(Math.abs));
  wanted.forEach((value, i) => {
    expect(Math.abs(values[i]! - value)).toBeLessThanOrEqual(1e-6 * largest);
  });
}

describe.each([
  ['compiled', false],
  ['eager', true],
])('negativeCosineSimilarity, %s', (_, eager) => {
  it.each(reference.cases)('gives the loss and gradients of lightly for $name', async (wanted) => {
    const shape = wanted.shape as [number, number];
    const p = tf.tensor2d(wanted.p, shape);
    const z = tf.tensor2d(wanted.z, shape);
    const run = compile(withGradients, { name: 'loss', eager });
    const { loss, gradP, gradZ } = await run(p, z);
    expectClose([loss], [wanted.loss]);
    expectClose(gradP.dataSync(), wanted.gradP);
    expectClose(gradZ.dataSync(), wanted.gradZ);
    run.dispose();
    tf.dispose([p, z, gradP, gradZ]);
  });
});

it('names both shapes if they do not fit', () => {
  const p = tf.zeros<tf.Rank.R2>([4, 3]);
  expect(() => negativeCosineSimilarity(p, tf.zeros([4, 2]))).toThrow(
    'negativeCosineSimilarity got p of shape [4, 3] and z of shape [4, 2]. ' +
      'Pass two tensors of the same shape [batch, features].',
  );
  const images: tf.Tensor = tf.zeros([2, 1, 1, 3]);
  expect(() => negativeCosineSimilarity(images as tf.Tensor2D, images as tf.Tensor2D)).toThrow(
    'got p of shape [2, 1, 1, 3]',
  );
});

it('leaves no tensor behind but the loss', () => {
  const p = tf.ones<tf.Rank.R2>([4, 3]);
  // The first use gives p its native handle.
  negativeCosineSimilarity(p, p).dispose();
  const before = liveCounts();
  negativeCosineSimilarity(p, p).dispose();
  expect(liveCounts()).toEqual(before);
});
