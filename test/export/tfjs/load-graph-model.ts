import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import type { GraphModel } from '@tensorflow/tfjs-converter';

// Its own line about Node is not for a test's output.
tf.env().set('IS_TEST', true);
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);

/** Backends of TensorFlow.js that run in Node. */
export type NodeBackend = 'cpu' | 'wasm';

/** Loads a written model from its folder, by TensorFlow.js's own loader. */
export async function loadFrom(folder: string): Promise<GraphModel> {
  return loadGraphModel({
    load: () => {
      const model = JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
      return tf.io.getModelArtifactsForJSON(model, async (manifest) => {
        const files = manifest.flatMap(({ paths }) => paths.map((path) => readFileSync(join(folder, path))));
        const data = Buffer.concat(files);
        const specs = manifest.flatMap(({ weights }) => weights);
        return [specs, data.buffer.slice(data.byteOffset, data.byteOffset + data.length)];
      });
    },
  });
}

/** Runs `use` on another backend than the engine's, and goes back to that. */
export async function onBackend<T>(backend: NodeBackend, use: () => Promise<T>): Promise<T> {
  const before = tf.getBackend();
  await tf.setBackend(backend);
  try {
    return await use();
  } finally {
    await tf.setBackend(before);
  }
}
