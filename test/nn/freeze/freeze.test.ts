import { beforeAll, describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import { liveCounts, start } from '../../../src/engine';
import * as nn from '../../../src/nn';
import { differenceOf } from './freeze-against';

beforeAll(async () => {
  await start();
});

/** Rounding of one path against another one: products of the module's own forms add up in another order. */
const ROUNDING = 1e-5;

describe('freeze', () => {
  it('makes a ResNet a graph of batches of any size, and leaves no tensor behind', async () => {
    const model = nn.resnet18({ head: 'none' });
    const run = (images: tf.Tensor4D): tf.Tensor => model.forward(images);
    const before = liveCounts().tensors;
    const graph = await nn.freeze(run, { inputShape: [32, 32, 3], module: model });
    expect(graph.inputs).toEqual([{ name: 'images', dtype: 'float32', shape: [null, 32, 32, 3] }]);
    expect(graph.outputs.map(({ shape }) => shape)).toEqual([[null, 512]]);
    expect(await differenceOf(graph, model, run, [32, 32, 3])).toBeLessThan(ROUNDING);
    expect(liveCounts().tensors).toBe(before);
    model.dispose();
  });

  it('makes a vision transformer a graph of batches of any size', async () => {
    const model = nn.vitTiny({ imageSize: 32, patchSize: 8, head: 'none' });
    const run = (images: tf.Tensor4D): tf.Tensor => model.forward(images);
    const graph = await nn.freeze(run, { inputShape: [32, 32, 3], module: model });
    expect(await differenceOf(graph, model, run, [32, 32, 3])).toBeLessThan(ROUNDING);
    model.dispose();
  });
});
