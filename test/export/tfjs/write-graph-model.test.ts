import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../../src/engine';
import { writeGraphModel } from '../../../src/export/tfjs';
import { graphModelRuntime } from '../../../src/export/tfjs/graph-model-runtime';
import { GraphMaker, attributes } from '../graph-maker';
import { difference, expectedFeatures, imageSize, randomImages, smallNetwork } from '../small-network';
import { loadFrom, onBackend } from './load-graph-model';

let folder: string;

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

type Shape4 = [number, number, number, number];

describe.each(['cpu', 'wasm'] as const)('on the %s backend of TensorFlow.js', (backend) => {
  it.each(['float32', 'uint8'] as const)(
    '%s images yield our features, in batches of any size',
    async (kind) => {
      await writeGraphModel(smallNetwork(kind), folder);
      const before = tf.memory().numTensors;
      for (const batch of [1, 2, 5, 16]) {
        const values = randomImages(batch, kind);
        const shape: Shape4 = [batch, imageSize, imageSize, 3];
        const found = await onBackend(backend, async () => {
          const model = await loadFrom(folder);
          const input = tf.tensor4d(values, shape, kind === 'uint8' ? 'int32' : 'float32');
          const features = model.predict(input) as tf.Tensor;
          const data = await features.data();
          tf.dispose([input, features]);
          model.dispose();
          return data;
        });
        expect(difference(found, expectedFeatures(values, kind))).toBeLessThan(1e-4);
      }
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

it.each(['float32', 'uint8'] as const)('the written model runs in this process, from %s', async (kind) => {
  await writeGraphModel(smallNetwork(kind), folder);
  const before = tf.memory().numTensors;
  const runtime = await graphModelRuntime(folder);
  expect(runtime.name).toBe('the loader of TensorFlow.js 4.22.0');
  const values = randomImages(3, kind);
  const shape: Shape4 = [3, imageSize, imageSize, 3];
  const found = await runtime.run({ shape, values: kind === 'uint8' ? Uint8Array.from(values) : values });
  expect(difference(found, expectedFeatures(values, kind))).toBeLessThan(1e-5);
  expect(tf.memory().numTensors).toBe(before);
});

it('the signature names input and output, with a free batch', async () => {
  await writeGraphModel(smallNetwork(), folder, { fulgur: { featureWidth: 7 } });
  const model = await onBackend('cpu', () => loadFrom(folder));
  try {
    expect(model.inputs.map(({ name, shape, dtype }) => [name, shape, dtype])).toEqual([
      ['images', [-1, 9, 9, 3], 'float32'],
    ]);
    expect(model.outputs.map(({ name }) => name)).toEqual(['features']);
    const dim = [{ size: '-1' }, { size: '7' }];
    expect(model.modelSignature).toMatchObject({
      outputs: { features: { name: 'features:0', dtype: 'DT_FLOAT', tensorShape: { dim } } },
    });
    expect(model.metadata).toEqual({ fulgur: { featureWidth: 7 } });
  } finally {
    model.dispose();
  }
});

it('weights are in files of 4 MiB, and a weight may span several', async () => {
  const maker = new GraphMaker();
  const images = maker.input('images', 'float32', [null, 3]);
  const values = Float32Array.from({ length: 3 * 400_000 }, (_, at) => at % 1000);
  const matrix = maker.floats('fc/weight', [3, 400_000], values);
  const product = maker.node('MatMul', 'fc/MatMul', [images, matrix], attributes({}), [
    ['float32', [null, 400_000]],
  ]);
  const files = await writeGraphModel(maker.finish({ features: product }), folder);
  expect(files).toEqual(['model.json', 'group1-shard1of2.bin', 'group1-shard2of2.bin']);
  expect(readdirSync(folder).sort()).toEqual([...files].sort());
  const sizes = files.slice(1).map((file) => readFileSync(join(folder, file)).length);
  expect(sizes).toEqual([4 << 20, 4_800_000 - (4 << 20)]);
  const data = await onBackend('cpu', async () => {
    const model = await loadFrom(folder);
    const features = tf.tidy(() => model.predict(tf.tensor2d([[0, 0, 1]])) as tf.Tensor);
    model.dispose();
    return features.data().finally(() => features.dispose());
  });
  expect(data).toEqual(values.slice(800_000));
});

it('names that TensorFlow does not accept are replaced by unique ones', async () => {
  const maker = new GraphMaker();
  const images = maker.input('images', 'float32', [null, 2]);
  const first = maker.node('Relu', 'größe/$scale/Relu', [images], {}, [['float32', [null, 2]]]);
  const second = maker.node('Neg', 'gr__e/_scale/Relu', [first], {}, [['float32', [null, 2]]]);
  const third = maker.node('Exp', 'features', [second], {}, [['float32', [null, 2]]]);
  await writeGraphModel(maker.finish({ features: third }), folder);
  const { modelTopology } = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as {
    modelTopology: { node: { name: string; input?: string[] }[] };
  };
  expect(modelTopology.node.map(({ name, input }) => [name, input])).toEqual([
    ['images', undefined],
    ['gr__e/_scale/Relu_1', ['images']],
    ['gr__e/_scale/Relu', ['gr__e/_scale/Relu_1']],
    ['features', ['gr__e/_scale/Relu']],
    ['features_1', ['features']],
  ]);
});

it('there may be several outputs, and a later output of a node', async () => {
  const maker = new GraphMaker();
  const images = maker.input('images', 'float32', [null, 4]);
  const axis = maker.ints('axis', [1], []);
  const facts = ['float32', [null, 2]] as const;
  const halves = maker.node('Split', 'Split', [axis, images], attributes({ num_split: 2 }), [facts, facts]);
  const graph = maker.finish({ first: { ...halves, output: 1 }, second: halves, whole: images });
  await writeGraphModel(graph, folder);
  const found = await onBackend('cpu', async () => {
    const model = await loadFrom(folder);
    expect(model.outputs.map(({ name }) => name)).toEqual(['first', 'second', 'whole']);
    const outputs = tf.tidy(() => model.predict(tf.tensor2d([[1, 2, 3, 4]])) as tf.Tensor[]);
    model.dispose();
    const data = await Promise.all(outputs.map((output) => output.array()));
    tf.dispose(outputs);
    return data;
  });
  expect(found).toEqual([[[3, 4]], [[1, 2]], [[1, 2, 3, 4]]]);
});
