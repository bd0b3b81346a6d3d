import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs-core';
import { compile, start } from '../../../src/engine';

/** Keeps a core busy now and then, so that TensorFlow's threads come in another order at each call. */
const busy = `(function go() {
  const end = Date.now() + Math.random() * 3;
  while (Date.now() < end);
  setTimeout(go, Math.random() * 3);
})()`;

const chain = (summands: readonly tf.Tensor[]): tf.Tensor =>
  summands.reduce((sum, next) => tf.add(sum, next));

let disturber: Worker;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
  disturber = new Worker(busy, { eval: true });
});

afterAll(async () => {
  await disturber.terminate();
});

test.each([
  ['addN', (summands: readonly tf.Tensor[]) => tf.addN([...summands])],
  ['a chain of additions', chain],
])('%s rounds alike at each call, whatever else the processor does', async (_, sum) => {
  const values = tf.tensor1d(Float32Array.from({ length: 200_000 }, (_, index) => Math.sin(index * 1.7)));
  // Each summand has several readers: whose memory is free first differs from call to call.
  const sums = compile((u: tf.Tensor1D) => {
    // A shape that Grappler knows lets it rewrite sums.
    const parts = [1.1, 0.37, 0.731].map((scale) => tf.sin(tf.reshape(tf.mul(u, scale), [200_000])));
    const others = parts.map((part) => {
      const rest = parts.filter((other) => other !== part);
      return tf.sum(tf.mul(part, sum([...rest, tf.cos(part), tf.sin(part)])));
    });
    return [...others, tf.sum(tf.square(sum(parts)))] as tf.Scalar[];
  });
  const first = await sums(values);
  for (let call = 0; call < 100; call++) expect(await sums(values)).toEqual(first);
  sums.dispose();
  values.dispose();
});
