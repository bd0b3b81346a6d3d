import { join } from 'node:path';
import { engineInfo } from '../../engine';
import { FulgurError, formatBytes } from '../../errors';
import type { FrozenGraph } from '../../graph';
import { writeWhole } from '../../system';
import { graphParts, graphVersions } from '../graph-def/node-def';
import { savedModels } from './saved-model-messages';

/** The file that contains the model. */
export const SAVED_MODEL_FILE = 'saved_model.pb';
/** The tag that TensorFlow's loaders look for by default. */
export const SERVE_TAG = 'serve';
/** The name of the default signature. */
export const SERVING_SIGNATURE = 'serving_default';
/** The name of the signature's method, in TensorFlow Serving's terms. */
const PREDICT = 'tensorflow/serving/predict';
/** Protobuf messages are smaller than 2 GiB, and a graph contains its weights; nodes take part of that. */
const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 24;

/**
 * Writes a SavedModel of a frozen graph: one file, including the weights.
 *
 * @param folder an existing empty folder.
 * @returns the files' names.
 * @throws FulgurError `module` if the weights are too large for the format; `data` if the file cannot be written;
 *   `engine` before the engine is started.
 */
export async function writeSavedModel(graph: FrozenGraph, folder: string): Promise<string[]> {
  requireSize(graph);
  const { nodes, inputs, outputs } = graphParts(graph);
  const bytes = savedModels.encode({
    savedModelSchemaVersion: 1,
    metaGraphs: [
      {
        metaInfoDef: { tags: [SERVE_TAG], tensorflowVersion: engineInfo().tensorflowVersion },
        graphDef: { node: nodes, versions: graphVersions },
        signatureDef: { [SERVING_SIGNATURE]: { inputs, outputs, methodName: PREDICT } },
      },
    ],
  });
  await writeWhole(join(folder, SAVED_MODEL_FILE), bytes);
  return [SAVED_MODEL_FILE];
}

function requireSize({ nodes }: FrozenGraph): void {
  const bytes = nodes.reduce((sum, { constant }) => sum + (constant?.values.byteLength ?? 0), 0);
  if (bytes <= MOST_WEIGHT_BYTES) return;
  throw new FulgurError('module', {
    what: `The weights have ${formatBytes(bytes)}, but a SavedModel of a frozen graph is limited to ${formatBytes(2 ** 31)}.`,
    fix: 'Export to safetensors or tfjs, which keep the weights outside the graph.',
  });
}
