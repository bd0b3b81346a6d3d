import { join } from 'node:path';
import { engineInfo, runSavedModel } from '../../engine';
import type { SavedModelEnds } from '../../engine';
import { readRegularFile } from '../../system';
import type { ExportRuntime, GraphFormat } from '../export-format';
import { savedModels } from './saved-model-messages';
import { SAVED_MODEL_FILE, SERVING_SIGNATURE, writeSavedModel } from './write-saved-model';

/** A SavedModel for TensorFlow, in Python, C++ and Java, and for TensorFlow Serving. */
export const savedModelFormat: GraphFormat = {
  name: 'saved-model',
  ending: '',
  layouts: ['nhwc'],
  source: 'graph',
  async write({ graph }, out) {
    const files = await writeSavedModel(graph, out);
    return { files, runtimes: [savedModelRuntime(out)] };
  },
};

/** TensorFlow's own SavedModel loader, on the files in `folder`. */
export function savedModelRuntime(folder: string): ExportRuntime {
  return {
    name: `the SavedModel loader of TensorFlow ${engineInfo().tensorflowVersion}`,
    run: async (images) => runSavedModel(folder, await endsIn(folder), images),
  };
}

/** The names of the single input and output in the file. */
async function endsIn(folder: string): Promise<SavedModelEnds> {
  const { metaGraphs } = savedModels.decode(await readRegularFile(join(folder, SAVED_MODEL_FILE), Infinity));
  const signature = metaGraphs[0]?.signatureDef[SERVING_SIGNATURE];
  const [input] = Object.values(signature?.inputs ?? {});
  const [output] = Object.values(signature?.outputs ?? {});
  if (input === undefined || output === undefined)
    throw new Error(`the signature ${SERVING_SIGNATURE} is empty`);
  return { input: input.name, output: output.name };
}
