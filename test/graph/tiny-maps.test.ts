import { beforeAll, describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import { start } from '../../src/engine';
import { productsForTinyMaps, simplify } from '../../src/graph';
import type { FrozenGraph } from '../../src/graph';
import * as nn from '../../src/nn';
import { differenceOf } from '../nn/freeze/freeze-against';

beforeAll(async () => {
  await start();
});

const ROUNDING = 1e-5;

function count(graph: FrozenGraph, op: string): number {
  return graph.nodes.filter((node) => node.op === op).length;
}

type Extents = readonly [height: number, width: number, channels: number];

async function frozen(model: nn.Module & { forward(images: tf.Tensor4D): tf.Tensor }, inputShape: Extents) {
  const run = (images: tf.Tensor4D): tf.Tensor => model.forward(images);
  const simple = simplify(await nn.freeze(run, { inputShape, module: model }));
  const graph = productsForTinyMaps(simple);
  return { simple, graph, difference: await differenceOf(graph, model, run, inputShape) };
}

interface ConvolutionCase {
  readonly on: Extents;
  readonly kernel: number;
  readonly stride?: number;
  readonly padding?: number;
  readonly bias?: boolean;
}

const of = ({ on, kernel, stride = 1, padding = 0, bias = true }: ConvolutionCase): nn.Sequential =>
  new nn.Sequential(new nn.Conv2d(on[2], 5, kernel, { stride, padding, bias }), new nn.ReLU());

describe('convolutions of tiny maps become one product', () => {
  it.each<readonly [string, ConvolutionCase]>([
    ['the centre tap on 1 × 1', { on: [1, 1, 4], kernel: 3, padding: 1 }],
    ['2 × 2', { on: [2, 2, 3], kernel: 3, padding: 1 }],
    ['2 × 2 with a stride', { on: [2, 2, 3], kernel: 3, stride: 2, padding: 1 }],
    ['a row', { on: [1, 3, 3], kernel: 3, padding: 1, bias: false }],
    ['3 × 2 under a kernel of 5', { on: [3, 2, 3], kernel: 5, stride: 2, padding: 2 }],
    ['with less padding than keeps the size', { on: [3, 3, 2], kernel: 5, padding: 1 }],
    ['more padding than the kernel keeps', { on: [1, 1, 2], kernel: 3, padding: 2 }],
    ['one tap on one cell', { on: [1, 1, 6], kernel: 1 }],
  ])('%s', async (_, one) => {
    const model = of(one);
    const { graph, difference } = await frozen(model, one.on);
    expect([count(graph, 'Conv2D'), count(graph, 'PadV2'), count(graph, 'MatMul')]).toEqual([0, 0, 1]);
    expect(difference).toBeLessThan(ROUNDING);
    model.dispose();
  });

  it.each<readonly [string, ConvolutionCase]>([
    ['maps that meet most taps', { on: [3, 3, 4], kernel: 3, padding: 1 }],
    ['large maps', { on: [8, 8, 4], kernel: 3, stride: 2, padding: 1 }],
    ['one tap on several cells', { on: [2, 2, 4], kernel: 1 }],
    ['kernels whose matrix would be large', { on: [4, 4, 3], kernel: 7, padding: 3 }],
  ])('not %s', async (_, one) => {
    const model = of(one);
    const { simple, graph } = await frozen(model, one.on);
    expect(graph.nodes).toEqual(simple.nodes);
    model.dispose();
  });

  it('in a ResNet for small images, whose features stay the same', async () => {
    const model = nn.resnet18({ head: 'none' });
    const { simple, graph, difference } = await frozen(model, [32, 32, 3]);
    expect([count(simple, 'Conv2D'), count(graph, 'Conv2D'), count(graph, 'MatMul')]).toEqual([20, 13, 7]);
    expect(difference).toBeLessThan(ROUNDING);
    model.dispose();
  });
});
