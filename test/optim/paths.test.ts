import * as tf from '@tensorflow/tfjs-core';
import { compile, liveCounts, runOp, start } from '../../src/engine';
import * as nn from '../../src/nn';
import * as optim from '../../src/optim';
import reference from './data/paths.json';

/** `w` is what a loss reaches in one way or another, `c` what it always reaches. */
class Two extends nn.Module {
  readonly w = nn.parameter(tf.tensor1d(reference.w));
  readonly c = nn.parameter(tf.tensor1d(reference.c));

  forward(): void {
    // Only its parameters are wanted.
  }
}

const whole = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'float32');

const expressions: Readonly<Record<string, (w: tf.Tensor1D) => tf.Tensor>> = {
  detach: (w) => nn.stopGradient(w),
  argMax: (w) => whole(tf.argMax(w)),
  greater: (w) => whole(tf.greater(w, 0)),
  equal: (w) => whole(tf.equal(w, tf.scalar(0.2))),
  isNaN: (w) => whole(tf.isNaN(w)),
  'oneHot of argMax': (w) => whole(tf.oneHot(tf.argMax(w), 3)),
  'cast to int': (w) => whole(tf.cast(w, 'int32')),
  'cast to bool': (w) => whole(tf.cast(w, 'bool')),
  zerosLike: (w) => tf.zerosLike(w),
  onesLike: (w) => tf.onesLike(w),
  'where on its sign, of constants': (w) => tf.where(tf.greater(w, 0), tf.ones([3]), tf.zeros([3])),
  'indices of topk': (w) => whole(tf.topk(w, 2).indices),
  floor: (w) => tf.floor(w),
  ceil: (w) => tf.ceil(w),
  round: (w) => tf.round(w),
  sign: (w) => tf.sign(w),
  'times 0': (w) => tf.mul(w, 0),
  'where that never takes it': (w) => tf.where(tf.tensor1d([false, false, false], 'bool'), w, tf.zeros([3])),
  'clip beyond it': (w) => tf.clipByValue(w, 5, 6),
  'detached and direct': (w) => tf.mul(nn.stopGradient(w), w),
  'where on its sign': (w) => tf.where(tf.greater(w, 0), w, tf.zeros([3])),
};

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

/** Values of the gradients of a loss, by name, and the live tensors that a second call adds. */
async function gradientsOf(
  { w, c }: Two,
  expression: (w: tf.Tensor1D) => tf.Tensor,
  eager: boolean,
): Promise<{ gradients: Record<string, readonly number[]>; left: number }> {
  const parameters = new Map<string, tf.Variable>([
    ['w', w],
    ['c', c],
  ]);
  const run = compile(
    () => {
      const loss = (): tf.Scalar =>
        tf.tidy(() => tf.add(tf.sum(expression(w as tf.Tensor1D)), tf.sum(tf.square(c))));
      return Object.fromEntries(optim.lossGradients('optim.sgd', loss, parameters).gradients);
    },
    { name: 'gradients', eager },
  );
  const call = async (): Promise<Record<string, readonly number[]>> => {
    const found = Object.entries((await run()) as Record<string, tf.Tensor>);
    const values = found.map(([name, gradient]) => [name, [...gradient.dataSync()]] as const);
    tf.dispose(found.map(([, gradient]) => gradient));
    return Object.fromEntries(values);
  };
  await call();
  const before = liveCounts().tensors;
  const gradients = await call();
  const left = liveCounts().tensors - before;
  run.dispose();
  return { gradients, left };
}

describe.each([
  ['compiled', false],
  ['eager', true],
])('a path from a loss to a parameter, %s', (_, eager) => {
  it.each(reference.paths)('through $name exists if PyTorch has one', async ({ name, gradient }) => {
    const two = new Two();
    const { gradients, left } = await gradientsOf(two, expressions[name]!, eager);
    expect(gradients['c']).toEqual([...Float32Array.from(reference.c, (value) => 2 * value)]);
    expect('w' in gradients).toBe(gradient !== null);
    if (gradient !== null) expect(gradients['w']).toEqual([...Float32Array.from(gradient)]);
    expect(left).toBe(0);
    two.dispose();
  });

  it('does not exist if only such operations lie between', async () => {
    const two = new Two();
    const optimizer = optim.sgd(two.parameters(), { learningRate: 0.1, weightDecay: 0.5 });
    const pathless = reference.paths.filter(({ gradient }) => gradient === null);
    expect(pathless).toHaveLength(12);
    for (const { name } of pathless) {
      const step = compile(() => optimizer.minimize(() => tf.sum(expressions[name]!(two.w as tf.Tensor1D))), {
        name: 'step',
        eager,
      });
      await expect(step()).rejects.toThrow(
        'The loss has no path to a trainable parameter: it depends on none of optim.sgd, which has w and c. ' +
          'No gradient flows through nn.stopGradient, argMax, comparisons and casts to whole numbers. ' +
          'Compute the loss from the outputs of the trained modules, with none of these in between.',
      );
      step.dispose();
    }
    expect([...two.w.dataSync()]).toEqual([...Float32Array.from(reference.w)]);
  });

  it('through an operation without a gradient is an error that names it', async () => {
    const two = new Two();
    const through = (expression: (w: tf.Tensor1D) => tf.Tensor) => gradientsOf(two, expression, eager);
    const message = (operation: string): string =>
      `The loss depends on a trained parameter through the operation ${operation}, which has no gradient. ` +
      'Wrap its result in nn.stopGradient(...) if no gradient is to flow, or define one with tf.customGrad(...).';
    await expect(through((w) => tf.topk(w, 2).values)).rejects.toThrow(message('TopK'));
    const relu6 = (w: tf.Tensor): tf.Tensor =>
      runOp('Relu6', { T: { type: 'type', value: 'float32' } }, [w], 1)[0]!;
    await expect(through(relu6)).rejects.toThrow(message("runOp('Relu6')"));
    // What the message advises, and the same without a parameter behind it.
    expect((await through((w) => nn.stopGradient(tf.topk(w, 2).values))).gradients).not.toHaveProperty('w');
    const constant = await through((w) => tf.mul(w, relu6(tf.tensor1d([1, 7, -1]))));
    expect(constant.gradients['w']).toEqual([1, 6, 0]);
  });

  it('ends at stopGradient also within tidy, an own gradient, and a gradient of a gradient', async () => {
    const two = new Two();
    const through = async (expression: (w: tf.Tensor1D) => tf.Tensor) =>
      (await gradientsOf(two, expression, eager)).gradients['w'];
    expect(await through((w) => tf.tidy(() => nn.stopGradient(tf.tidy(() => tf.mul(w, 2)))))).toBeUndefined();
    const twice = tf.customGrad((x) => ({
      value: tf.mul(nn.stopGradient(x as tf.Tensor), 2),
      gradFunc: (dy) => tf.mul(dy, 2),
    }));
    expect(await through((w) => twice(w))).toEqual([2, 2, 2]);
    // x · stop(x): its gradient is stop(x), through which nothing flows.
    const slope = tf.grad((x) => tf.sum(tf.mul(x, nn.stopGradient(x))));
    expect(await through((w) => slope(w))).toBeUndefined();
  });
});
