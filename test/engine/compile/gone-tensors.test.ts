import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, runOp, start } from '../../../src/engine';

let before: ReturnType<typeof liveCounts>;
beforeAll(async () => {
  await start();
});
beforeEach(() => {
  before = liveCounts();
});
afterEach(() => {
  expect(liveCounts()).toEqual(before);
});

const ofTrace = (shape: string, name: string): string =>
  `A float32 tensor of shape [${shape}] that was made while '${name}' was being traced is used outside it, where it has no value.` +
  ' Return it from the traced function and use the result of the call.';
const disposed =
  'A float32 tensor of shape [2, 3] is used after it was disposed. Dispose it later, tf.keep() it inside tf.tidy(), or clone() a tensor that other code disposes.';

describe('a tensor of a trace that is over', () => {
  async function leaked(): Promise<tf.Tensor2D> {
    let inside: tf.Tensor2D | undefined;
    const first = compile(
      (x: tf.Tensor2D) => {
        inside = tf.mul(x, 2);
        return tf.sum(inside);
      },
      { name: 'first' },
    );
    const x = tf.ones<tf.Rank.R2>([2, 3]);
    await first(x);
    x.dispose();
    first.dispose();
    if (inside === undefined) throw new Error('nothing was traced');
    return inside;
  }

  it('is named if an operation, a gradient or another trace uses it', async () => {
    const inside = await leaked();
    const message = ofTrace('2, 3', 'first');
    expect(() => tf.add(inside, 1)).toThrow(message);
    expect(() => tf.reshape(inside, [6])).toThrow(/was made while 'first' was being traced/);
    expect(() => runOp('Identity', {}, [inside], 1)).toThrow(message);
    expect(() =>
      tf.tidy(() => tf.grad((y: tf.Tensor) => tf.sum(tf.mul(y, inside)))(tf.ones([2, 3]))),
    ).toThrow(message);
    const second = compile(() => tf.sum(tf.square(inside)), { name: 'second' });
    await expect(second()).rejects.toThrow(message);
    const third = compile((y: tf.Tensor2D) => tf.sum(y), { name: 'third' });
    await expect(third(inside)).rejects.toThrow(
      "The argument[0] of the compiled function 'third' is a tensor of shape [2, 3] that has been disposed.",
    );
    second.dispose();
    third.dispose();
  });
});

describe('a tensor that was disposed', () => {
  it('is named if an operation uses it', () => {
    const x = tf.ones([2, 3]);
    x.dispose();
    expect(() => tf.matMul(x as tf.Tensor2D, x as tf.Tensor2D, false, true)).toThrow(disposed);
    expect(() => runOp('Identity', {}, [x], 1)).toThrow(disposed);
    expect(() => tf.cast(x, 'int32')).toThrow(/is used after it was disposed/);
  });

  it('is named in the same tick as the call that uses it', async () => {
    const sum = compile((x: tf.Tensor) => tf.sum(x), { name: 'sum' });
    const x = tf.ones([2, 3]);
    const call = sum(x);
    x.dispose();
    await expect(call).rejects.toThrow(
      "The argument[0] of the compiled function 'sum' is a tensor of shape [2, 3] that has been disposed.",
    );
    const captured = tf.ones([2, 3]);
    const capturing = compile(() => tf.sum(captured), { name: 'capturing' });
    const first = capturing();
    captured.dispose();
    await expect(first).rejects.toThrow(disposed);
    sum.dispose();
    capturing.dispose();
  });

  it('is named inside a traced function that disposes what it uses later', async () => {
    const step = compile(
      (x: tf.Tensor) => {
        const double = tf.mul(x, 2);
        double.dispose();
        return tf.sum(double);
      },
      { name: 'hasty' },
    );
    const x = tf.ones([2, 3]);
    await expect(step(x)).rejects.toThrow(/^A float32 tensor of shape \[2, 3\] /);
    x.dispose();
    step.dispose();
  });
});
