import { join } from 'node:path';
import { fulgurVersion } from '../../config';
import type { FrozenGraph } from '../../graph';
import { writeWhole } from '../../system';
import { graphParts } from '../graph-def/node-def';
import { fusedNodes } from './fused';
import { preparedForTfjs } from './prepared';
import { tensorInfosJson, topologyJson } from './topology';
import { shardsOf, tfjsWeight } from './weights';

/** The file to pass to `tf.loadGraphModel`. */
export const MODEL_FILE = 'model.json';

/**
 * Writes a TensorFlow.js graph model: `model.json` and its weights in files of 4 MiB.
 *
 * @param folder an existing empty folder.
 * @param metadata further contents of `model.json`; TensorFlow.js exposes it as `model.metadata`.
 * @returns the files' names.
 * @throws FulgurError `module`, naming operation and module, if TensorFlow.js lacks an operation; `data` if the files
 *   cannot be written; `engine` before the engine is started.
 */
export async function writeGraphModel(
  graph: FrozenGraph,
  folder: string,
  metadata: object = {},
): Promise<string[]> {
  const prepared = preparedForTfjs(graph);
  const { nodes, inputs, outputs } = graphParts(prepared);
  const weights = prepared.nodes.flatMap((node, index) =>
    node.constant === undefined ? [] : [tfjsWeight(node, node.constant, nodes[index]?.name ?? node.name)],
  );
  const shards = shardsOf(weights.map(({ bytes }) => bytes));
  const paths = shards.map((_, index) => `group1-shard${index + 1}of${shards.length}.bin`);
  const model = {
    format: 'graph-model',
    generatedBy: `Fulgur ${fulgurVersion()}`,
    convertedBy: `Fulgur ${fulgurVersion()}`,
    signature: { inputs: tensorInfosJson(inputs), outputs: tensorInfosJson(outputs) },
    userDefinedMetadata: metadata,
    modelTopology: topologyJson(fusedNodes(nodes)),
    weightsManifest: [{ paths, weights: weights.map(({ entry }) => entry) }],
  };
  for (const [index, parts] of shards.entries()) await writeWhole(join(folder, paths[index] ?? ''), ...parts);
  await writeWhole(join(folder, MODEL_FILE), Buffer.from(JSON.stringify(model)));
  return [MODEL_FILE, ...paths];
}
