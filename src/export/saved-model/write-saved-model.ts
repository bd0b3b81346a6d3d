import { join } from 'node:path';
import { engineInfo } from '../../engine';
import { FulgurError, formatBytes } from '../../errors';
import type { FrozenGraph } from '../../graph';
import { writeWhole } from '../../system';
import { graphParts, graphVersions } from '../graph-def/node-def';
import { savedModels } from './saved-model-messages';

/** The file that holds the model. */
export const SAVED_MODEL_FILE = 'saved_model.pb';
/** What TensorFlow's loaders look for where nothing else is asked for. */
export const SERVE_TAG = 'serve';
/** The name of the signature that everybody calls. */
export const SERVING_SIGNATURE = 'serving_default';
/** The name of what a signature does, in TensorFlow Serving's words. */
const PREDICT = 'tensorflow/serving/predict';
/** Protobuf's messages are smaller than 2 GiB, and a graph holds its weights; nodes take a part of it. */
const MOST_WEIGHT_BYTES = 2 ** 31 - 2 ** 24;

/**
 * Writes a SavedModel of a frozen graph: one file, which has the weights in it.
 *
 * @param folder is there, and empty.
 * @returns the files' names.
 * @throws FulgurError `module` where the weights are too large for the format; `data` where the file cannot be written;
 * `engine` before the engine is started.
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
    what: `The weights have ${formatBytes(bytes)}, and a SavedModel of a frozen graph holds less than ${formatBytes(2 ** 31)}.`,
    fix: 'Export to safetensors or tfjs, whose weights lie outside of the graph.',
  });
}
