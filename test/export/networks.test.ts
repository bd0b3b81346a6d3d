import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { start } from '../../src/engine';
import { savedModelRuntime } from '../../src/export/saved-model/saved-model-format';
import { writeSavedModel } from '../../src/export/saved-model/write-saved-model';
import { writeGraphModel } from '../../src/export/tfjs';
import { frozenNetwork, networkImages, networks } from './networks';
import type { FrozenNetwork } from './networks';
import { difference } from './small-network';
import { loadFrom, onBackend } from './tfjs/load-graph-model';

const folder = mkdtempSync(join(tmpdir(), 'fulgur-'));

beforeAll(async () => {
  await start({ accelerator: 'cpu' });
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe.each(networks)('$name', (network) => {
  const { size } = network;
  let frozen: FrozenNetwork;

  beforeAll(async () => {
    frozen = await frozenNetwork(network);
  });

  afterAll(() => {
    frozen.dispose();
  });

  // The plain JavaScript of the CPU backend is slow, and large batches are more of the same there.
  it.each([
    ['cpu', [1, 2]],
    ['wasm', [1, 2, 5, 16]],
  ] as const)('computes its features on the %s backend of TensorFlow.js', async (backend, batches) => {
    const out = mkdtempSync(join(folder, 'tfjs-'));
    await writeGraphModel(frozen.graph, out);
    const before = tf.memory().numTensors;
    const model = await onBackend(backend, () => loadFrom(out));
    for (const batch of batches) {
      const values = networkImages(batch, size);
      const found = await onBackend(backend, async () => {
        const features = tf.tidy(
          () => model.predict(tf.tensor4d(values, [batch, size, size, 3])) as tf.Tensor,
        );
        return features.data().finally(() => features.dispose());
      });
      expect(difference(found, frozen.features(values))).toBeLessThan(1e-4);
    }
    await onBackend(backend, async () => {
      model.dispose();
      return Promise.resolve();
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it("computes its features in TensorFlow's own SavedModel loader", async () => {
    const out = mkdtempSync(join(folder, 'saved-model-'));
    await writeSavedModel(frozen.graph, out);
    for (const batch of [1, 2, 5, 16]) {
      const values = networkImages(batch, size);
      const found = await savedModelRuntime(out).run({ shape: [batch, size, size, 3], values });
      expect(difference(found, frozen.features(values))).toBeLessThan(1e-4);
    }
  });
});
