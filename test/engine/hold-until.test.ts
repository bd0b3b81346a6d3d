import * as tf from '@tensorflow/tfjs-core';
import { compile, holdUntil, start, traceOperations } from '../../src/engine';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

const work = (x: tf.Tensor2D): { held: tf.Tensor; event: tf.Tensor } => {
  let event: tf.Tensor2D = x;
  for (let times = 0; times < 4; times++) event = tf.matMul(event, x);
  return { held: tf.exp(holdUntil(x, event)), event };
};

it('lets nothing begin before the event', async () => {
  const x = tf.fill<tf.Rank.R2>([256, 256], 1 / 256);
  const run = compile(work, { name: 'held' });
  const trace = traceOperations();
  tf.dispose(await run(x));
  const operations = trace.end()[0]!.operations;
  const products = operations.filter(({ type }) => type.includes('MatMul'));
  const held = operations.find(({ type }) => type === 'Exp')!;
  expect(products).toHaveLength(4);
  expect(held.start).toBeGreaterThanOrEqual(
    Math.max(...products.map(({ start, seconds }) => start + seconds)),
  );
  run.dispose();
  x.dispose();
});

it.each([true, false])('keeps the values (eager: %s)', async (eager) => {
  const x = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const run = compile(work, { name: 'held', eager });
  const { held, event } = await run(x);
  expect([...held.dataSync()]).toEqual([...tf.exp(x).dataSync()]);
  tf.dispose([held, event, x]);
  run.dispose();
});
