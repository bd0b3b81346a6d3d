import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, start, stepInput, traceOperations } from '../../../src/engine';
import { decodeStepStats } from '../../../src/engine/native/step-stats';
import { encodeFields } from '../../../src/engine/native/protobuf';

beforeAll(async () => {
  await start();
});

function product() {
  const weight = tf.variable(tf.ones([64, 64]));
  let count = 0;
  const step = compile(
    (x: tf.Tensor2D) => {
      weight.assign(
        tf.add(
          weight,
          stepInput(() => count++),
        ),
      );
      return tf.sum<tf.Scalar>(tf.relu(tf.matMul(x, weight as tf.Tensor2D)));
    },
    { name: 'product' },
  );
  return { weight, step };
}

describe('a trace of operations', () => {
  it('reports every operation inside a compiled function, where it ran and how long', async () => {
    const { step } = product();
    const x = tf.ones<tf.Rank.R2>([64, 64]);
    await step(x);
    const trace = traceOperations();
    await step(x);
    const calls = trace.end();
    expect(calls.map(({ name }) => name)).toEqual(['product']);
    // On some CPUs oneDNN's kernel takes the product: _MklBatchMatMulV2.
    const types = new Set(calls[0]?.operations.map(({ type }) => type.replace('_Mkl', '')));
    for (const type of ['Add', 'BatchMatMulV2', 'Relu', 'Sum']) expect(types).toContain(type);
    for (const { seconds, start: begin, device } of calls[0]?.operations ?? []) {
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeLessThan(1);
      expect(begin).toBeGreaterThanOrEqual(0);
      expect(device).toContain('CPU:0');
    }
    expect(calls[0]?.operations.some(({ seconds }) => seconds > 0)).toBe(true);
  });

  it('changes no result, and leaves nothing behind', async () => {
    const results: number[][] = [];
    for (const traced of [false, true]) {
      const { weight, step } = product();
      const x = tf.ones<tf.Rank.R2>([64, 64]);
      await step(x);
      const before = liveCounts();
      const trace = traced ? traceOperations() : null;
      results.push([await step(x), await step(x), weight.dataSync()[0] ?? NaN]);
      trace?.end();
      expect(liveCounts()).toEqual(before);
    }
    expect(results[1]).toEqual(results[0]);
  });

  it('ends on request', async () => {
    const { step } = product();
    const x = tf.ones<tf.Rank.R2>([64, 64]);
    const trace = traceOperations();
    trace.end();
    await step(x);
    expect(trace.calls).toEqual([]);
  });
});

it('statistics of steps are read with kind, device and times', () => {
  const node = (name: string, label: string, nanos: readonly [number, number, number]) =>
    encodeFields([
      [1, name],
      [8, label],
      [13, nanos[0]],
      [14, nanos[1]],
      [15, nanos[2]],
    ]);
  const device = encodeFields([
    [1, '/device:CPU:0'],
    [2, node('b', 'b = _FusedMatMul(x, y)', [3000, 1000, 501_000])],
    [2, node('a', 'unknown', [1000, 0, 2000])],
  ]);
  expect(decodeStepStats(encodeFields([[1, encodeFields([[1, device]])]]))).toEqual([
    { type: 'a', name: 'a', device: '/device:CPU:0', start: 0, seconds: 0.000002 },
    { type: '_FusedMatMul', name: 'b', device: '/device:CPU:0', start: 0.000003, seconds: 0.0005 },
  ]);
  expect(decodeStepStats(new Uint8Array())).toEqual([]);
});
