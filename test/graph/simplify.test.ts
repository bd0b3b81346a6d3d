import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { runFrozen, start } from '../../src/engine';
import { listOperations, simplify, withUint8Input } from '../../src/graph';
import type { FrozenGraph } from '../../src/graph';
import * as nn from '../../src/nn';
import { differenceOf, imagesOf } from '../nn/freeze/freeze-against';

beforeAll(async () => {
  await start();
});

const ROUNDING = 1e-5;

/** Statistics and factors that differ from those of a fresh module, which would hide what is left out. */
function shuffleNorms(module: nn.Module): void {
  for (const variable of module.namedVariables().values()) {
    if (variable.rank !== 1 || variable.dtype !== 'float32') continue;
    const values = Float32Array.from({ length: variable.size }, (_, index) => 1 + 0.5 * Math.sin(index));
    const fresh = tf.tensor1d(values);
    variable.assign(fresh);
    fresh.dispose();
  }
}

function countsOf(graph: FrozenGraph): Record<string, number> {
  return Object.fromEntries(
    [...listOperations(graph).keys()]
      .filter((op) => op !== 'Const')
      .map((op) => [op, graph.nodes.filter((node) => node.op === op).length]),
  );
}

describe('simplify', () => {
  it('reduces a ResNet to its convolutions, each with one bias, and what is between them', async () => {
    const model = nn.resnet18({ head: 'none' });
    shuffleNorms(model);
    const run = (images: tf.Tensor4D): tf.Tensor => model.forward(images);
    const graph = simplify(await nn.freeze(run, { inputShape: [32, 32, 3], module: model }));
    expect(countsOf(graph)).toEqual({
      ...{
        Placeholder: 1,
        PadV2: 5,
        Conv2D: 20,
        BiasAdd: 20,
        Relu: 17,
        MaxPool: 1,
        AddV2: 8,
        Mean: 1,
        Reshape: 1,
      },
    });
    expect(await differenceOf(graph, model, run, [32, 32, 3], [3, 16])).toBeLessThan(ROUNDING);
    model.dispose();
  });

  it('folds batch norm after linear layers into their weights', async () => {
    const layers = new nn.Sequential(
      ...[new nn.Flatten(), new nn.Linear(48, 8), new nn.BatchNorm1d(8), new nn.ReLU()],
      ...[new nn.Linear(8, 6, { bias: false }), new nn.BatchNorm1d(6, { affine: false })],
    );
    shuffleNorms(layers);
    const run = (images: tf.Tensor4D): tf.Tensor => layers.forward(images);
    const graph = simplify(await nn.freeze(run, { inputShape: [4, 4, 3], module: layers }));
    expect(countsOf(graph)).toEqual({
      Placeholder: 1,
      Transpose: 1,
      Reshape: 1,
      MatMul: 2,
      BiasAdd: 2,
      Relu: 1,
    });
    expect(await differenceOf(graph, layers, run, [4, 4, 3])).toBeLessThan(ROUNDING);
    layers.dispose();
  });

  it('leaves batch norm unchanged if something else also reads the convolution', async () => {
    class Branching extends nn.Module {
      readonly conv = new nn.Conv2d(3, 4, 3);
      readonly norm = new nn.BatchNorm2d(4);
      forward(images: tf.Tensor4D): tf.Tensor {
        const maps = this.conv.forward(images);
        return tf.add(maps, this.norm.forward(maps));
      }
    }
    const model = new Branching();
    shuffleNorms(model);
    const run = (images: tf.Tensor4D): tf.Tensor => model.forward(images);
    const graph = simplify(await nn.freeze(run, { inputShape: [5, 5, 3], module: model }));
    expect(countsOf(graph)).toEqual({ Placeholder: 1, Conv2D: 1, BiasAdd: 1, Mul: 1, AddV2: 2 });
    expect(await differenceOf(graph, model, run, [5, 5, 3])).toBeLessThan(ROUNDING);
    model.dispose();
  });

  it('folds per-channel factors, offsets, quotients and signs into a convolution', async () => {
    class Affine extends nn.Module {
      readonly conv = new nn.Conv2d(3, 2, 1);
      forward(images: tf.Tensor4D): tf.Tensor {
        const scaled = tf.div(tf.mul(this.conv.forward(images), tf.tensor1d([2, -3])), tf.scalar(4));
        return tf.neg(tf.sub(tf.tensor1d([1, 5]), scaled));
      }
    }
    const model = new Affine();
    const run = (images: tf.Tensor4D): tf.Tensor => model.forward(images);
    const graph = simplify(await nn.freeze(run, { inputShape: [3, 3, 3], module: model }));
    expect(countsOf(graph)).toEqual({ Placeholder: 1, Conv2D: 1, BiasAdd: 1 });
    expect(await differenceOf(graph, model, run, [3, 3, 3])).toBeLessThan(ROUNDING);
    model.dispose();
  });
});

describe('withUint8Input', () => {
  it('accepts pixels and normalises them itself', async () => {
    const model = nn.resnet18({ head: 'none' });
    const run = (images: tf.Tensor4D): tf.Tensor => model.forward(images);
    const plain = simplify(await nn.freeze(run, { inputShape: [32, 32, 3], module: model }));
    const normalisation = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.3, 0.25] };
    const graphs = [plain, withUint8Input(plain, normalisation)] as const;
    const [floats, bytes] = await Promise.all(graphs.map((graph) => runFrozen(graph)));
    const pixels = tf.tidy(() => tf.cast(tf.mul(tf.add(imagesOf(4, [32, 32, 3]), 1), 127.5), 'int32'));
    const images = tf.tidy(() =>
      tf.div<tf.Tensor4D>(tf.sub(tf.div(pixels, 255), normalisation.mean), normalisation.std),
    );
    const wanted = await floats!.call([images]);
    const got = await bytes!.call([pixels]);
    const [difference] = tf.tidy(() => tf.max(tf.abs(tf.sub(wanted[0]!, got[0]!))).dataSync());
    expect(difference).toBeLessThan(1e-5);
    expect(graphs[1].inputs).toEqual([{ name: 'images', dtype: 'uint8', shape: [null, 32, 32, 3] }]);
    floats!.dispose();
    bytes!.dispose();
    tf.dispose([pixels, images, wanted, got]);
    model.dispose();
  });
});
