import { FulgurError } from '../../errors';
import { refuseStatefulDraw } from '../draws/stateful-draws';
import { dataTypeNumber, dataTypes } from '../native/data-types';
import type { HostValues } from '../native/native-tensors';
import type { GraphOutput, NativeLibrary, NativePointer } from '../native/native-library';
import { TensorFlowError } from '../native/status';
import type { EagerRunner, HandleFacts } from './eager-runner';
import type { GraphRecorder } from './graph-recorder';
import type { TFEOpAttr, TFJSBinding, TensorMetadata } from './node-kernels';
import type { OpAttribute } from './op-attributes';
import { TensorTable } from './tensor-table';
import { Trace, foreignSymbol, valueReadWhileTracing } from './trace';

/**
 * Replaces the native addon that tfjs-node's kernels call. Operations run at once, or are added to the graph of the
 * current trace.
 */
export class Binding implements Partial<TFJSBinding> {
  readonly TF_FLOAT = dataTypes.float32;
  readonly TF_INT32 = dataTypes.int32;
  readonly TF_INT64 = dataTypes.int64;
  readonly TF_BOOL = dataTypes.bool;
  readonly TF_COMPLEX64 = dataTypes.complex64;
  readonly TF_STRING = dataTypes.string;
  readonly TF_RESOURCE = dataTypes.resource;
  readonly TF_UINT8 = dataTypes.uint8;
  readonly TF_ATTR_STRING = 0;
  readonly TF_ATTR_INT = 1;
  readonly TF_ATTR_FLOAT = 2;
  readonly TF_ATTR_BOOL = 3;
  readonly TF_ATTR_TYPE = 4;
  readonly TF_ATTR_SHAPE = 5;
  readonly TF_ATTR_RESOURCE = 6;
  readonly TF_Version: string;
  readonly table = new TensorTable();
  /** Receives every operation that ran, except traced ones, with the ids of its inputs and outputs. */
  onOperation: ((name: string, inputs: readonly number[], outputs: readonly number[]) => void) | null = null;
  /** Receives the inputs of every operation, whether it is run or traced. */
  onInputs: ((inputs: readonly number[]) => void) | null = null;
  #trace: Trace | null = null;

  constructor(
    readonly library: NativeLibrary,
    readonly context: NativePointer,
    readonly eager: EagerRunner,
    private readonly onGpu: boolean,
  ) {
    this.TF_Version = String(library['TF_Version']!());
  }

  get trace(): Trace | null {
    return this.#trace;
  }

  beginTrace(name: string, volatile: ReadonlySet<number>, recorder: GraphRecorder | null = null): Trace {
    this.#trace = new Trace(name, this.library, volatile, recorder);
    return this.#trace;
  }

  endTrace(): void {
    this.#trace = null;
  }

  isUsingGpuDevice(): boolean {
    return this.onGpu;
  }

  getNumOfTensors(): number {
    return this.table.handles;
  }

  getNumOfSavedModels(): number {
    return 0;
  }

  /** Creates a tensor of host values: a constant of the graph while tracing. */
  createTensor(shape: number[], dtype: number, values: unknown): number {
    if (this.#trace === null) return this.upload(shape, dtype, values);
    const dataType = dataTypeNumber(dtype);
    const output = this.#trace.graph.constant(shape, dataType, values as HostValues);
    return this.#addSymbol(this.#trace, output, values);
  }

  /** Creates a tensor of host values in native memory, even while tracing. */
  upload(shape: readonly number[], dtype: number, values: unknown): number {
    const handle = this.eager.upload(shape, dataTypeNumber(dtype), values as HostValues);
    return this.table.add({ kind: 'handle', handle });
  }

  deleteTensor(id: number): void {
    const entry = this.table.remove(id);
    if (entry?.kind === 'handle') this.eager.release(entry.handle);
  }

  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
    const entry = this.table.find(id);
    if (entry === undefined) throw new Error(`Tensor ${id} is unknown to the engine`);
    if (this.#trace?.volatile.has(id) === true) throw valueReadWhileTracing(this.#trace);
    if (entry.kind === 'handle') return this.eager.download(entry.handle) as Float32Array;
    if (entry.constant !== null) return entry.constant as Float32Array;
    throw valueReadWhileTracing(entry.trace as Trace);
  }

  executeOp(name: string, attributes: TFEOpAttr[], inputs: number[], outputs: number): TensorMetadata[] {
    this.onInputs?.(inputs);
    refuseStatefulDraw(name);
    try {
      return this.#trace === null
        ? this.#run(name, attributes, inputs, outputs)
        : this.record(this.#trace, name, attributes, inputs, outputs);
    } catch (error) {
      throw error instanceof TensorFlowError ? operationFailed(name, error) : error;
    }
  }

  /** Returns the handle of an id, or `null` if it no longer has one. */
  handleOf(id: number): NativePointer {
    const entry = this.table.find(id);
    if (entry === undefined) return null;
    if (entry.kind === 'symbol') throw foreignSymbol((entry.trace as Trace).name);
    return entry.handle;
  }

  /** Returns the symbol of a tensor in the current trace; outside values are captured. */
  symbolOf(trace: Trace, id: number): GraphOutput {
    const entry = this.table.find(id);
    if (entry === undefined) throw new Error(`Tensor ${id} is unknown to the engine`);
    if (entry.kind === 'handle') {
      const { handle } = entry;
      return trace.capture(id, this.eager.facts(handle), () => this.eager.download(handle));
    }
    if (entry.trace !== trace) throw foreignSymbol((entry.trace as Trace).name);
    return entry.output;
  }

  /** Gives a handle an id, for tensors made outside tfjs's kernels. */
  adopt(handle: NativePointer): TensorMetadata {
    return { id: this.table.add({ kind: 'handle', handle }), ...this.eager.facts(handle) };
  }

  /** Gives a symbol an id. */
  adoptSymbol(trace: Trace, output: GraphOutput, facts: HandleFacts): TensorMetadata {
    return { id: this.#addSymbol(trace, output, null), ...facts };
  }

  /** Adds an operation to a trace, to run after the producers of `after`. */
  record(
    trace: Trace,
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
    after: readonly GraphOutput[] = [],
  ): TensorMetadata[] {
    const symbols = inputs.map((id) => this.symbolOf(trace, id));
    return trace.graph
      .operation(name, attributes, symbols, outputs, after)
      .map((output) => this.adoptSymbol(trace, output, trace.graph.facts(name, output)));
  }

  #run(
    name: string,
    attributes: readonly OpAttribute[],
    inputs: readonly number[],
    outputs: number,
  ): TensorMetadata[] {
    const handles = inputs.map((id) => this.handleOf(id));
    const results = this.eager.run(name, attributes, handles, outputs).map((handle) => this.adopt(handle));
    try {
      this.onOperation?.(
        name,
        inputs,
        results.map(({ id }) => id),
      );
    } catch (error) {
      for (const { id } of results) this.deleteTensor(id);
      throw error;
    }
    return results;
  }

  #addSymbol(trace: Trace, output: GraphOutput, constant: unknown): number {
    return this.table.add({ kind: 'symbol', output, trace, constant });
  }
}

function operationFailed(name: string, cause: TensorFlowError): FulgurError {
  return new FulgurError('engine', {
    what: `TensorFlow rejected the operation '${name}': ${cause.message}.`,
    fix: 'Check the shapes and types of its inputs.',
    cause,
  });
}
