import * as tf from '@tensorflow/tfjs-core';
import { compile, engineInfo, runFrozen } from '../engine';
import type { CompiledGraph } from '../engine';
import { FulgurError } from '../errors';
import { productsForTinyMaps, simplify } from '../graph';
import { freeze } from '../nn';
import type { Module } from '../nn';
import { inEvaluationMode } from './evaluation/evaluated-model';
import { featuresOf } from './model-access';

/** Computes features of images, with weights that no longer change. */
export interface FeatureModel {
  /**
   * Returns features of `[batch, height, width, 3]` images, one row per image, for any number of images. Calls may
   * overlap.
   */
  embed(images: tf.Tensor4D): Promise<{ readonly features: Float32Array; readonly width: number }>;
  /** Frees the model; the module itself may already have been disposed. */
  dispose(): void;
}

/**
 * Extracts a module's features into a graph of their own, with its current weights: later changes have no effect on it.
 * A module that cannot be frozen is evaluated as it is, in batches of few sizes, and must outlive the result.
 * @param size the size of the images.
 * @throws FulgurError `module` if the module has no features.
 */
export async function featureModel(
  module: Module,
  size: { readonly height: number; readonly width: number },
): Promise<FeatureModel & { readonly isFrozen: boolean }> {
  const features = featuresOf(module);
  try {
    const graph = await freeze(features, {
      inputShape: [size.height, size.width, 3],
      module,
      name: 'features',
    });
    const simple = simplify(graph);
    const fast = engineInfo().device === 'cpu' ? productsForTinyMaps(simple) : simple;
    return { ...ofGraph(await runFrozen(fast, { name: 'features' })), isFrozen: true };
  } catch (error) {
    if (!(error instanceof FulgurError) || error.kind !== 'module') throw error;
    return { ...ofModule(module), isFrozen: false };
  }
}

function ofGraph(graph: CompiledGraph): FeatureModel {
  return {
    embed: async (images) => {
      const [rows] = await graph.call([images]);
      if (rows === undefined) throw new Error('the graph has one output');
      try {
        return { features: new Float32Array(await rows.data()), width: rows.shape[1] ?? 0 };
      } finally {
        rows.dispose();
      }
    },
    dispose: () => {
      graph.dispose();
    },
  };
}

/** A compiled function is traced for each batch size, so batches are padded to the next power of two. */
function ofModule(module: Module): FeatureModel {
  const embed = compile(featuresOf(module), { name: 'embed', maxTraces: 32, onRetrace: () => undefined });
  return {
    embed: (images) =>
      inEvaluationMode(module, async () => {
        const [count, ...extents] = images.shape;
        const filled = tf.pad(images, [
          [0, 2 ** Math.ceil(Math.log2(count)) - count],
          ...extents.map(nothing),
        ]);
        const rows = await embed(filled);
        tf.dispose(filled);
        try {
          const [, width] = rows.shape;
          return { features: new Float32Array(await rows.data()).slice(0, count * width), width };
        } finally {
          rows.dispose();
        }
      }),
    dispose: () => {
      embed.dispose();
    },
  };
}

function nothing(): [number, number] {
  return [0, 0];
}
