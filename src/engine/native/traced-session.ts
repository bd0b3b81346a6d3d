import type { GraphOutput, NativeLibrary, NativePointer } from './native-library';
import { encodeFields } from './protobuf';
import { checked, throwIfFailed } from './status';

/** `RunOptions.trace_level` = `FULL_TRACE`. */
const fullTrace = encodeFields([[1, 3]]);

/** A function to be run under TensorFlow's tracer, on values of the given types. */
export interface TracedFunction {
  readonly function: NativePointer;
  readonly name: string;
  /** A serialised `ConfigProto`. */
  readonly config: Uint8Array;
  readonly inputs: readonly { readonly handle: NativePointer; readonly dtype: number }[];
  readonly outputs: number;
}

/**
 * Runs a function off the JavaScript thread in its own session, discards its results, and returns the serialised
 * `RunMetadata`. Of TensorFlow's C functions only those of sessions report how long each operation took:
 * `TFE_ContextExportRunMetadata` contains only graphs.
 */
export async function runInTracedSession(
  library: NativeLibrary,
  traced: TracedFunction,
  runs: number,
): Promise<Uint8Array> {
  const graph: NativePointer = library['TF_NewGraph']!();
  const values: NativePointer[] = [];
  try {
    const { placeholders, outputs } = buildGraph(library, graph, traced);
    for (const { handle } of traced.inputs) {
      values.push(
        checked(library, (status) => library['TFE_TensorHandleResolve']!(handle, status) as NativePointer),
      );
    }
    return await withSession(library, graph, traced.config, async (session) => {
      let metadata = new Uint8Array();
      // The first runs build the executor and warm its buffers.
      for (let run = 0; run < runs; run++) {
        metadata = new Uint8Array(await runOnce(library, session, { placeholders, values, outputs }));
      }
      return metadata;
    });
  } finally {
    for (const value of values) library['TF_DeleteTensor']!(value);
    library['TF_DeleteGraph']!(graph);
  }
}

function buildGraph(library: NativeLibrary, graph: NativePointer, traced: TracedFunction) {
  return checked(library, (status) => {
    library['TF_GraphCopyFunction']!(graph, traced.function, null, status);
    throwIfFailed(library, status);
    const finish = (operation: NativePointer): NativePointer => {
      const made: NativePointer = library['TF_FinishOperation']!(operation, status);
      throwIfFailed(library, status);
      return made;
    };
    const placeholders = traced.inputs.map(({ dtype }, index): GraphOutput => {
      const operation: NativePointer = library['TF_NewOperation']!(graph, 'Placeholder', `input_${index}`);
      library['TF_SetAttrType']!(operation, 'dtype', dtype);
      return { oper: finish(operation), index: 0 };
    });
    const call: NativePointer = library['TF_NewOperation']!(graph, traced.name, 'call');
    for (const input of placeholders) library['TF_AddInput']!(call, input);
    const oper = finish(call);
    const outputs = Array.from({ length: traced.outputs }, (_, index): GraphOutput => ({ oper, index }));
    return { placeholders, outputs };
  });
}

async function withSession<T>(
  library: NativeLibrary,
  graph: NativePointer,
  config: Uint8Array,
  use: (session: NativePointer) => Promise<T>,
): Promise<T> {
  const options: NativePointer = library['TF_NewSessionOptions']!();
  let session: NativePointer;
  try {
    session = checked(library, (status) => {
      library['TF_SetConfig']!(options, config, config.length, status);
      throwIfFailed(library, status);
      return library['TF_NewSession']!(graph, options, status) as NativePointer;
    });
  } finally {
    library['TF_DeleteSessionOptions']!(options);
  }
  try {
    return await use(session);
  } finally {
    checked(library, (status) => {
      library['TF_CloseSession']!(session, status);
      library['TF_DeleteSession']!(session, status);
    });
  }
}

interface SessionCall {
  readonly placeholders: readonly GraphOutput[];
  readonly values: readonly NativePointer[];
  readonly outputs: readonly GraphOutput[];
}

async function runOnce(
  library: NativeLibrary,
  session: NativePointer,
  { placeholders, values, outputs }: SessionCall,
): Promise<Uint8Array> {
  const options: NativePointer = library['TF_NewBufferFromString']!(fullTrace, fullTrace.length);
  const metadata: NativePointer = library['TF_NewBuffer']!();
  const status: NativePointer = library['TF_NewStatus']!();
  const results: NativePointer[] = new Array<NativePointer>(outputs.length).fill(null);
  const sizes = [placeholders.length, outputs.length] as const;
  try {
    await new Promise<void>((resolve, reject) => {
      const args = [session, options, placeholders, values, sizes[0], outputs, results, sizes[1]];
      const done = (error: Error | null): void => {
        if (error === null) resolve();
        else reject(error);
      };
      library['TF_SessionRun']!.async(...args, null, 0, metadata, status, done);
    });
    throwIfFailed(library, status);
    return library.bufferBytes(metadata);
  } finally {
    for (const result of results) if (result !== null) library['TF_DeleteTensor']!(result);
    library['TF_DeleteStatus']!(status);
    library['TF_DeleteBuffer']!(metadata);
    library['TF_DeleteBuffer']!(options);
  }
}
