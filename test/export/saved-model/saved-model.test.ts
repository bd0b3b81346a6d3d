import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../../src/engine';
import { savedModelRuntime } from '../../../src/export/saved-model/saved-model-format';
import { writeSavedModel } from '../../../src/export/saved-model/write-saved-model';
import { difference, expectedFeatures, imageSize, randomImages, smallNetwork } from '../small-network';

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

it.each(['float32', 'uint8'] as const)(
  "TensorFlow's own loader computes our features of %s images",
  async (kind) => {
    expect(await writeSavedModel(smallNetwork(kind), folder)).toEqual(['saved_model.pb']);
    expect(readdirSync(folder)).toEqual(['saved_model.pb']);
    const runtime = savedModelRuntime(folder);
    expect(runtime.name).toBe('the SavedModel loader of TensorFlow 2.21.0');
    const before = tf.memory().numTensors;
    for (const batch of [1, 2, 5, 16]) {
      const values = randomImages(batch, kind);
      const given = kind === 'uint8' ? Uint8Array.from(values) : values;
      const found = await runtime.run({ shape: [batch, imageSize, imageSize, 3], values: given });
      expect(difference(found, expectedFeatures(values, kind))).toBeLessThan(1e-5);
    }
    expect(tf.memory().numTensors).toBe(before);
  },
);

it('weights that exceed the format are rejected, and nothing is written', async () => {
  const graph = smallNetwork();
  const nodes = graph.nodes.map((node) =>
    node.constant === undefined
      ? node
      : // As large as two of it, without the memory.
        { ...node, constant: { ...node.constant, values: { byteLength: 2 ** 30 } as Float32Array } },
  );
  await expect(writeSavedModel({ ...graph, nodes }, folder)).rejects.toThrow(
    new Error(
      'The weights have 5.4 GB, but a SavedModel of a frozen graph is limited to 2.1 GB. ' +
        'Export to safetensors or tfjs, which keep the weights outside the graph.',
    ),
  );
  expect(readdirSync(folder)).toEqual([]);
});
