import { FulgurError, messageOf } from '../../errors';
import { dataTypes } from './data-types';
import { fromNativeTensor, toNativeTensor } from './native-tensors';
import type { GraphOutput, NativeLibrary, NativePointer } from './native-library';
import { checked, throwIfFailed } from './status';

/** A tensor's values outside the engine, row by row. */
export interface PlainTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Uint8Array;
}

/** One input and one output of a SavedModel, as its signature names them: `images:0`. */
export interface SavedModelEnds {
  readonly input: string;
  readonly output: string;
}

/**
 * Runs a SavedModel with the tag `serve` once, off the JavaScript thread, as read by TensorFlow's own loader.
 * @returns the output's values; floats.
 * @throws FulgurError `engine`, with TensorFlow's message, if it cannot be loaded or run.
 */
export async function runInSavedModel(
  library: NativeLibrary,
  folder: string,
  { input, output }: SavedModelEnds,
  given: PlainTensor,
): Promise<Float32Array> {
  const graph: NativePointer = library['TF_NewGraph']!();
  const options: NativePointer = library['TF_NewSessionOptions']!();
  let session: NativePointer = null;
  try {
    session = checked(library, (status) => {
      const tags = ['serve'];
      return library['TF_LoadSessionFromSavedModel']!(
        ...[options, null, folder, tags, tags.length, graph, null, status],
      ) as NativePointer;
    });
    return await runOnce(
      library,
      session,
      endOf(library, graph, input),
      endOf(library, graph, output),
      given,
    );
  } catch (cause) {
    throw new FulgurError('engine', {
      what: `TensorFlow cannot run the SavedModel in ${folder}: ${messageOf(cause)}.`,
      fix: 'Export it again.',
      cause,
    });
  } finally {
    if (session !== null) {
      checked(library, (status) => {
        library['TF_CloseSession']!(session, status);
        library['TF_DeleteSession']!(session, status);
      });
    }
    library['TF_DeleteSessionOptions']!(options);
    library['TF_DeleteGraph']!(graph);
  }
}

function endOf(library: NativeLibrary, graph: NativePointer, name: string): GraphOutput {
  const [node = '', output = '0'] = name.split(':');
  const oper: NativePointer = library['TF_GraphOperationByName']!(graph, node);
  if (oper === null) throw new Error(`its signature names '${name}', which it does not contain`);
  return { oper, index: Number(output) };
}

async function runOnce(
  library: NativeLibrary,
  session: NativePointer,
  input: GraphOutput,
  output: GraphOutput,
  { shape, values }: PlainTensor,
): Promise<Float32Array> {
  const dataType = values instanceof Uint8Array ? dataTypes.uint8 : dataTypes.float32;
  const tensor = toNativeTensor(library, shape, dataType, values);
  const results: NativePointer[] = [null];
  const status: NativePointer = library['TF_NewStatus']!();
  try {
    await new Promise<void>((resolve, reject) => {
      const done = (error: Error | null): void => {
        if (error === null) resolve();
        else reject(error);
      };
      library['TF_SessionRun']!.async(
        ...[session, null, [input], [tensor], 1, [output], results, 1, null, 0, null, status, done],
      );
    });
    throwIfFailed(library, status);
    return fromNativeTensor(library, results[0], dataTypes.float32) as Float32Array;
  } finally {
    if (results[0] !== null) library['TF_DeleteTensor']!(results[0]);
    library['TF_DeleteTensor']!(tensor);
    library['TF_DeleteStatus']!(status);
  }
}
