import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { nodeBundle } from '../../pages';
import { readRegularFile } from '../../system';
import type { ExportRuntime } from '../export-format';
import { MODEL_FILE } from './write-graph-model';

/**
 * TensorFlow.js's own loader and executor of graph models, on the files in `folder`, with the engine's kernels, which
 * are faster than a browser's.
 */
export async function graphModelRuntime(folder: string): Promise<ExportRuntime> {
  const { loadGraphModel, converterVersion } = await nodeBundle('graph-model');
  return {
    name: `the loader of TensorFlow.js ${converterVersion}`,
    run: async ({ shape, values }) => {
      const model = await loadGraphModel({ load: () => artifactsIn(folder) });
      try {
        const features = tf.tidy(() => {
          const images = tf.tensor4d(values, [...shape], values instanceof Uint8Array ? 'int32' : 'float32');
          return model.predict(images) as tf.Tensor;
        });
        return await features.data<'float32'>().finally(() => features.dispose());
      } finally {
        model.dispose();
      }
    },
  };
}

/** Reads the files that a browser would fetch. */
async function artifactsIn(folder: string): Promise<tf.io.ModelArtifacts> {
  const read = (name: string): Promise<Buffer> => readRegularFile(join(folder, name), Infinity);
  const model = JSON.parse((await read(MODEL_FILE)).toString()) as tf.io.ModelJSON;
  return tf.io.getModelArtifactsForJSON(model, async (manifest) => {
    const files = await Promise.all(manifest.flatMap(({ paths }) => paths.map(read)));
    return [
      manifest.flatMap(({ weights }) => weights),
      files.map((file) => file.buffer.slice(file.byteOffset, file.byteOffset + file.length) as ArrayBuffer),
    ];
  });
}
