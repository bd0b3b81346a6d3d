/**
 * TensorFlow.js's loader and executor of graph models, for the tensors of this process. In a clone and in the package,
 * this file is bundled into one script with `@tensorflow/tfjs-converter`; `nodeBundle('graph-model')` loads it.
 */
import { loadGraphModel as load, version_converter } from '@tensorflow/tfjs-converter';
import type { Tensor, io } from '@tensorflow/tfjs-core';

/** A loaded graph model, with its own types, since the converter's are not installed with the package. */
export interface LoadedGraphModel {
  predict(images: Tensor): unknown;
  dispose(): void;
}

export async function loadGraphModel(handler: io.IOHandler): Promise<LoadedGraphModel> {
  return load(handler);
}

export const converterVersion: string = version_converter;
