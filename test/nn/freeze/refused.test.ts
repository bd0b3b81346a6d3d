import { beforeAll, describe, expect, it } from '@jest/globals';
import { tf } from '../../../src';
import { liveCounts, runOp, start, stepInput } from '../../../src/engine';
import { simplify } from '../../../src/graph';
import * as nn from '../../../src/nn';
import { differenceOf } from './freeze-against';

beforeAll(async () => {
  await start();
});

const inputShape = [4, 4, 3] as const;
type Compute = (images: tf.Tensor4D) => tf.Tensor;

class Gate extends nn.Module {
  constructor(private readonly compute: Compute) {
    super();
  }
  forward(images: tf.Tensor4D): tf.Tensor {
    return this.compute(images);
  }
}

/** A model whose part `gate` computes something. */
class Model extends nn.Module {
  readonly gate: Gate;
  constructor(compute: Compute) {
    super();
    this.gate = new Gate(compute);
  }
  forward(images: tf.Tensor4D): tf.Tensor {
    return this.gate.forward(images);
  }
}

const pixels = (images: tf.Tensor4D): tf.Tensor2D => tf.mean(images, [1, 2]);
const sizeOf = (images: tf.Tensor4D): number => images.shape[0];

async function freezing(compute: Compute): Promise<unknown> {
  const model = new Model(compute);
  return nn.freeze((images) => model.forward(images), { inputShape, module: model });
}

const evenly = [
  'A frozen graph must accept batches of every size.',
  'Compute it in the same way for batches of every size, for example with tf.mean instead of a division by the batch size.',
].join(' ');
const alone = 'Compute it only from the images and the weights, in the same way for batches of every size.';

describe('freeze rejects, with the name of the module,', () => {
  let hidden: nn.Dropout;
  let statistics: nn.BatchNorm1d;
  beforeAll(() => {
    hidden = new nn.Dropout(0.5);
    statistics = new nn.BatchNorm1d(3);
  });
  const draws =
    'Draw only in training: branch on this.training, and keep every module in a public field, so that eval() reaches it.';
  const assigns =
    'Assign only in training: branch on this.training, and keep every module in a public field, so that eval() reaches it.';
  it.each<[string, Compute, string]>([
    ['random draws', (x) => tf.add(pixels(x), tf.randomNormal([3])), `it draws random numbers. ${draws}`],
    ['dropout left in training', (x) => hidden.forward(pixels(x)), `it draws random numbers. ${draws}`],
    [
      'numbers that differ from call to call',
      (x) =>
        tf.mul(
          pixels(x),
          stepInput(() => 2),
        ),
      `it reads a number that differs from call to call, by stepInput(). ${alone}`,
    ],
    ['the clock', (x) => tf.mul(pixels(x), Date.now() % 2), `it reads the clock. ${alone}`],
    [
      'a mean that divides by the size of the batch',
      (x) => tf.sub(pixels(x), tf.div(tf.sum(pixels(x), 0), sizeOf(x))),
      `it computes with a number that depends on the batch size (3, 5, 8). ${evenly}`,
    ],
    [
      'a branch on the size of the batch',
      (x) => (sizeOf(x) > 4 ? tf.relu(pixels(x)) : tf.neg(pixels(x))),
      `its operation 'Neg' is not the same for every batch size. ${evenly}`,
    ],
    [
      'another way for many images',
      (x) => tf.slice(pixels(x), [0, 0], [Math.min(sizeOf(x), 16), 3]),
      `it computes with numbers that depend on the batch size (values of shape [2]). ${evenly}`,
    ],
    [
      'a loop over the batch',
      (x) => tf.concat(tf.split(pixels(x), sizeOf(x)).map((row) => tf.relu(row))),
      `its operation 'SplitV' is not the same for every batch size. ${evenly}`,
    ],
    [
      'an extent that does not grow evenly',
      (x) =>
        tf.pad(pixels(x), [
          [0, sizeOf(x) ** 2],
          [0, 0],
        ]),
      `it computes with numbers that depend on the batch size (values of shape [2, 2]). ${evenly}`,
    ],
  ])('%s', async (_, compute, reason) => {
    const before = liveCounts().tensors;
    await expect(freezing(compute)).rejects.toThrow(
      new Error(`Freezing failed at module 'gate' of Model: ${reason}`),
    );
    expect(liveCounts().tensors).toBe(before);
  });

  it('layers in training mode that no field holds', async () => {
    await expect(freezing((x) => statistics.forward(pixels(x)))).rejects.toThrow(
      `Freezing failed at Model: it assigns a variable. ${assigns}`,
    );
  });

  it('values that are read', async () => {
    await expect(freezing((x) => tf.tensor(pixels(x).arraySync()))).rejects.toThrow(
      `Freezing failed at module 'gate' of Model: it reads the value of a tensor. ${alone}`,
    );
  });

  it('shapes that depend on values', async () => {
    const where = (x: tf.Tensor4D): tf.Tensor =>
      runOp('Where', { T: { type: 'type', value: 'float32' } }, [x], 1)[0]!;
    await expect(freezing(where)).rejects.toThrow(
      "Freezing failed at module 'gate' of Model: its operation 'Where' returns a tensor whose shape depends on values. Replace it by an operation of fixed shape: for example a mask and tf.where with two branches.",
    );
  });
});

describe('freeze takes', () => {
  it.each<[string, Compute]>([
    ['shapes that grow with the batch', (x) => tf.reshape(tf.tile(pixels(x), [1, 2]), [sizeOf(x) * 2, 3])],
    ['repetitions over the batch', (x) => tf.add(tf.zeros([sizeOf(x), 3]), tf.tensor1d([1, 2, 3]))],
    ['results without the input', (x) => tf.tile(tf.tensor2d([[1, 2, 3]]), [sizeOf(x), 1])],
    ['half of the batch twice', (x) => tf.concat([pixels(x), pixels(x)].map((half) => tf.relu(half)))],
    [
      'stacks and what is taken of them',
      (x) => tf.unstack(tf.stack([pixels(x), tf.neg(pixels(x))]))[1] as tf.Tensor,
    ],
    ['the batch turned around', (x) => tf.reverse(pixels(x), 0)],
    ['parts of channels', (x) => tf.concat(tf.split(x, 3, 3).reverse(), 3)],
    ['a strided slice', (x) => tf.stridedSlice(x, [0, 0, 0, 0], [sizeOf(x), 4, 4, 3], [1, 2, 2, 1])],
    [
      'pooling, resizing and activations',
      (x) => tf.selu(tf.avgPool(tf.image.resizeBilinear(x, [6, 6]), 3, 2, 'same')),
    ],
    [
      'choices and comparisons',
      (x) => tf.where(tf.greater(pixels(x), 0), tf.elu(pixels(x)), tf.tanh(pixels(x))),
    ],
    ['the largest position of each', (x) => tf.oneHot(tf.argMax<tf.Tensor1D>(pixels(x), 1), 3)],
    [
      'a division by the batch in whole numbers of shape',
      (x) => tf.div(tf.sum(pixels(x), 0), tf.cast(tf.scalar(sizeOf(x), 'int32'), 'float32')),
    ],
    ['statistics of the batch', (x) => tf.sub(pixels(x), tf.mean(pixels(x), 0))],
    ['products of each with each', (x) => tf.softmax(tf.matMul(pixels(x), pixels(x), false, true))],
    ['maps that are flattened', (x) => tf.reshape(x, [sizeOf(x), -1])],
  ])('%s', async (_, compute) => {
    const model = new Model(compute);
    const run = (images: tf.Tensor4D): tf.Tensor => model.forward(images);
    const graph = await nn.freeze(run, { inputShape, module: model });
    expect(await differenceOf(graph, model, run, inputShape)).toBeLessThan(1e-6);
    expect(await differenceOf(simplify(graph), model, run, inputShape)).toBeLessThan(1e-6);
  });

  it('several outputs by name, also the input itself', async () => {
    const graph = await nn.freeze((images) => ({ mean: pixels(images), same: images }), { inputShape });
    expect(graph.outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['mean', [null, 3]],
      ['same', [null, 4, 4, 3]],
    ]);
  });

  it('a module and gives its modes back', async () => {
    const model = new Model(pixels);
    model.gate.eval();
    await nn.freeze((images) => model.forward(images), { inputShape, module: model });
    expect([model.training, model.gate.training]).toEqual([true, false]);
  });
});
