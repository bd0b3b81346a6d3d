import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, oncePerTrace, start } from '../../../src/engine';
import { makeVariable } from '../make-variable';

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

/** Doubles `source`, and counts how often. */
function doubler(): { readonly made: () => number; double(source: tf.Tensor): tf.Tensor } {
  let made = 0;
  return {
    made: () => made,
    double: (source) =>
      oncePerTrace(source, 'double', () => {
        made += 1;
        return [tf.mul(source, 2)];
      })[0]!,
  };
}

describe('oncePerTrace', () => {
  it('makes one for all callers in a trace, whose gradients are added up, and leaves nothing behind', async () => {
    const weight = makeVariable(tf.tensor1d([1, 2]));
    const { made, double } = doubler();
    const run = compile(
      (x: tf.Tensor1D) => {
        const loss = (): tf.Scalar =>
          tf.sum(
            [3, 4].map((factor) => tf.mul(tf.mul(double(weight), x), factor)).reduce((a, b) => tf.add(a, b)),
          );
        return tf.grads(loss)([weight])[0]!;
      },
      { name: 'gradient' },
    );
    const x = tf.tensor1d([1, 10]);
    const gradient = await run(x);
    expect([...gradient.dataSync()]).toEqual([14, 140]);
    expect(made()).toBe(1);
    gradient.dispose();
    const before = liveCounts();
    (await run(x)).dispose();
    expect(liveCounts()).toEqual(before);
    run.dispose();
    tf.dispose([x, weight]);
  });

  it('makes another for another value, and for those who record where it was made by one who does not', async () => {
    const weight = makeVariable(tf.tensor1d([1, 2]));
    const { made, double } = doubler();
    const run = compile(() => {
      const silent = tf.sum(double(weight));
      const [gradient] = tf.grads(() => tf.sum(double(weight)))([weight]);
      weight.assign(tf.mul<tf.Tensor1D>(weight, 10));
      return [silent, gradient!, tf.sum(double(weight))];
    });
    const [silent, gradient, after] = (await run()) as unknown as [number, tf.Tensor, number];
    expect([silent, ...gradient.dataSync(), after]).toEqual([6, 2, 2, 60]);
    expect(made()).toBe(3);
    run.dispose();
    tf.dispose([gradient, weight]);
  });

  it('makes one for each caller outside a trace', () => {
    const source = tf.tensor1d([1]);
    const { made, double } = doubler();
    const values = [double(source), double(source)];
    expect(values.map((value) => value.dataSync()[0])).toEqual([2, 2]);
    expect(made()).toBe(2);
    tf.dispose([...values, source]);
  });
});
