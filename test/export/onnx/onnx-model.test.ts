/** @jest-environment ./test/export/onnx/runtime-environment.js */
import { beforeAll, describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import { start } from '../../../src/engine';
import { onnxModel } from '../../../src/export/onnx/onnx-model';
import type { FrozenGraph } from '../../../src/graph';
import { simplify, withUint8Input } from '../../../src/graph';
import * as nn from '../../../src/nn';
import { GraphMaker } from '../graph-maker';
import { differencesOf, encoded, operationsOf } from './written-onnx';

beforeAll(async () => {
  await start();
});

const header = { name: 'case', producerVersion: '0', metadata: { identity: '{}' } };

async function graphOf(
  module: nn.Module & { forward(x: tf.Tensor4D): tf.Tensor },
  size: number,
): Promise<FrozenGraph> {
  return simplify(await nn.freeze((x) => module.forward(x), { module, inputShape: [size, size, 3] }));
}

describe('onnxModel', () => {
  it('writes a ResNet without a transposition, and convolutions with their bias and padding', async () => {
    const module = nn.resnet18({ head: 'none', width: 8 }).eval();
    const model = onnxModel(await graphOf(module, 32), 'nchw', header);
    expect(operationsOf(model)).toEqual({
      ...{ Conv: 20, Relu: 17, Add: 8, MaxPool: 1, ReduceMean: 1, Reshape: 1, Identity: 1 },
    });
    expect(
      model.graph.node.filter(({ opType }) => opType === 'Conv').map(({ input }) => input.length),
    ).toEqual(Array(20).fill(3));
    const difference = await differencesOf(encoded(model), (x) => module.forward(x), [32, 32, 3]);
    expect(Math.max(difference.reader, difference.runtime)).toBeLessThan(1e-5);
    module.dispose();
  });

  it('writes it with one transposition if the input has the layout of images', async () => {
    const module = nn.resnet50({ head: 'none', stem: 'cifar', width: 4 }).eval();
    const model = onnxModel(await graphOf(module, 8), 'nhwc', header);
    expect(operationsOf(model)).toMatchObject({ Conv: 53, Transpose: 1 });
    const difference = await differencesOf(encoded(model), (x) => module.forward(x), [8, 8, 3], 'nhwc');
    expect(Math.max(difference.reader, difference.runtime)).toBeLessThan(1e-5);
    module.dispose();
  });

  it('accepts batches of any size, even for a vision transformer', async () => {
    const module = new nn.VisionTransformer({
      imageSize: 16,
      patchSize: 8,
      width: 32,
      depth: 2,
      heads: 2,
      head: 'none',
    });
    const run = (x: tf.Tensor4D): tf.Tensor => module.forward(x);
    const written = encoded(onnxModel(await graphOf(module.eval(), 16), 'nchw', header));
    for (const batch of [1, 2, 5, 16, 33]) {
      const { reader, runtime } = await differencesOf(written, run, [16, 16, 3], 'nchw', batch);
      expect(Math.max(reader, runtime)).toBeLessThan(1e-5);
    }
    module.dispose();
  });

  it("names the batch axis, the input and the output, and contains the model's metadata", async () => {
    const module = nn.resnet18({ head: 'none', width: 4 }).eval();
    const { graph, ...model } = onnxModel(
      withUint8Input(await graphOf(module, 32), imagenet),
      'nchw',
      header,
    );
    expect(model).toEqual({
      irVersion: 8,
      producerName: 'fulgur',
      producerVersion: '0',
      opsetImport: [{ domain: '', version: 17 }],
      metadataProps: [{ key: 'identity', value: '{}' }],
    });
    expect([...graph.input, ...graph.output]).toEqual([
      valueInfo('images', 2, [{ dimParam: 'batch' }, { dimValue: 3 }, { dimValue: 32 }, { dimValue: 32 }]),
      valueInfo('features', 1, [{ dimParam: 'batch' }, { dimValue: 32 }]),
    ]);
    module.dispose();
  });

  it('names the operation that ONNX lacks, and its module', () => {
    const maker = new GraphMaker();
    const images = maker.input('images', 'float32', [null, 2, 2, 3]);
    const node = maker.node(
      'Betainc',
      'odd/Betainc',
      [images],
      {},
      [['float32', [null, 2, 2, 3]]],
      'neck.odd',
    );
    const graph = maker.finish({ features: node });
    expect(() => onnxModel(graph, 'nchw', header)).toThrow(
      "The operation Betainc of the module 'neck.odd' has no counterpart in ONNX. " +
        'Write this module with other operations, or export to another format.',
    );
  });

  it('explains why if only this use of an operation is unsupported', () => {
    const maker = new GraphMaker();
    const images = maker.input('images', 'float32', [null, 2, 2, 3]);
    const axes = maker.node('Odd', 'axes', [images], {}, [['int32', [1]]], '');
    const graph = maker.finish({
      features: maker.node('Mean', 'Mean', [images, axes], {}, [['float32', [null]]], ''),
    });
    const known = {
      ...graph,
      nodes: graph.nodes.map((node) => (node.op === 'Odd' ? { ...node, op: 'Shape' } : node)),
    };
    expect(() => onnxModel(known, 'nchw', header)).toThrow(
      "The operation Mean of the experiment's embed has no counterpart in ONNX. " +
        'Its input 1 is computed, but ONNX requires a constant. ' +
        'Write this module with other operations, or export to another format.',
    );
  });
});

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

function valueInfo(name: string, elemType: number, dim: readonly object[]) {
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
