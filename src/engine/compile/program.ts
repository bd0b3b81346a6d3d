import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from '../../contracts';
import { FulgurError, messageOf } from '../../errors';
import { collectiveFailure } from '../collectives/collective-failure';
import { attributeKinds } from '../backend/op-attributes';
import type { OpAttribute } from '../backend/op-attributes';
import type { TraceInput } from '../backend/trace';
import type { Engine } from '../current-engine';
import { graphConfig } from '../native/graph-config';
import type { NativePointer } from '../native/native-library';
import { checked } from '../native/status';
import { freeAbandonedTape } from './abandoned-tape';
import { NativeCall } from './native-call';
import { isTracingOperations, traceCall } from './operation-trace';
import { fillTemplate, flatten, toTemplate } from './values';
import { VariableSnapshot, separateVariables } from './variables';

/** The source of one input of the native function. */
type Source =
  | { readonly kind: 'argument'; readonly index: number }
  | { readonly kind: 'variable'; readonly variable: tf.Variable }
  | { readonly kind: 'captured'; readonly id: number; readonly shape: readonly number[] }
  | { readonly kind: 'step'; readonly read: () => number; readonly dtype: number };

let programs = 0;

/** The name of a program, and its precision. */
export interface CompiledProgramOptions {
  readonly label: string;
  readonly precision: Precision;
}

/** Grappler's arithmetic rewrites are off: they merge sums into AddN, which adds in an order that depends on timing. */
function graphOptions(precision: Precision, device: 'cpu' | 'gpu'): OpAttribute {
  const value = graphConfig({
    layoutOptimization: device === 'gpu',
    arithmeticOptimization: false,
    bfloat16: precision === 'bf16-mixed',
  });
  return { name: 'config_proto', type: attributeKinds.string, value };
}

/** One trace of a function: a native function, the sources of its inputs, and the targets of its outputs. */
export class Program {
  readonly #engine: Engine;
  readonly #label: string;
  readonly #options: readonly OpAttribute[];
  readonly #name: string;
  readonly #function: NativePointer;
  readonly #sources: readonly Source[];
  readonly #result: unknown;
  readonly #ranks: readonly number[];
  readonly #changed: readonly tf.Variable[];
  readonly #actions: readonly (() => void)[];
  readonly #native: NativeCall;

  /** Traces `run`, which is called with tensors that represent `args`. */
  constructor(
    engine: Engine,
    { label, precision }: CompiledProgramOptions,
    run: (args: readonly tf.Tensor[]) => unknown,
    args: readonly tf.Tensor[],
  ) {
    this.#engine = engine;
    this.#label = label;
    this.#options = [graphOptions(precision, engine.info.device)];
    this.#name = `fulgur_${label.replace(/\W/g, '_')}_${programs++}`;
    const { binding, backend } = engine;
    this.#native = new NativeCall(binding.eager, this.#name, this.#options);
    separateVariables(backend);
    const snapshot = new VariableSnapshot();
    const variableOf = new Map(snapshot.variables.map((variable) => [backend.idOf(variable), variable]));
    tf.engine().startScope(label);
    // With their own ids, arguments differ from each other and from captured tensors.
    const standIns = args.map((tensor) => (tensor instanceof tf.Variable ? tensor : backend.alias(tensor)));
    const argumentIds = standIns.map((tensor) => backend.idOf(tensor));
    const trace = binding.beginTrace(label, new Set([...argumentIds, ...variableOf.keys()]));
    let finished = false;
    try {
      const result = run(standIns);
      refusePromise(result, label);
      snapshot.refuseBorn(label);
      const { tensors } = flatten(result, label, 'result');
      this.#changed = snapshot.changed();
      const ids = [...tensors, ...this.#changed].map((tensor) => backend.idOf(tensor));
      // An output that is an unchanged input gets its own operation.
      const outputs = ids.flatMap((id) =>
        trace.graph.operation('Identity', [], [binding.symbolOf(trace, id)], 1),
      );
      this.#sources = trace.inputs.map((input) => sourceOf(input, argumentIds, variableOf));
      this.#actions = trace.actions;
      this.#ranks = tensors.map(({ rank }) => rank);
      this.#result = toTemplate(result);
      binding.endTrace();
      finished = true;
      const inputs = trace.inputs.map(({ output }) => output);
      this.#function = trace.graph.finish(this.#name, binding.context, inputs, outputs);
    } finally {
      binding.endTrace();
      tf.dispose(trace.madeOnce.map(({ tensors }) => [...tensors]));
      if (!finished) {
        trace.graph.dispose();
        freeAbandonedTape();
      }
      snapshot.restore();
      tf.engine().endScope();
    }
  }

  /** Runs the native function once, off the JavaScript thread. */
  async call(args: readonly tf.Tensor[]): Promise<unknown> {
    const { binding, backend } = this.#engine;
    const temporary: NativePointer[] = [];
    let handles: NativePointer[];
    try {
      const inputs = this.#sources.map((source) => this.#input(source, args, temporary));
      const count = this.#ranks.length + this.#changed.length;
      if (isTracingOperations()) {
        const native = { function: this.#function, name: this.#name, config: this.#options };
        await traceCall(this.#engine, this.#label, native, inputs, count);
      }
      handles = await this.#native.run(inputs, count);
    } catch (cause) {
      throw cause instanceof FulgurError ? cause : stepFailed(this.#engine, this.#label, cause);
    } finally {
      for (const handle of temporary) binding.eager.release(handle);
    }
    this.#changed.forEach((variable, index) => {
      const value = backend.wrap(binding.adopt(handles[this.#ranks.length + index]));
      // A variable disposed while the step ran no longer needs its new value.
      if (!variable.isDisposed) variable.assign(value);
      value.dispose();
    });
    const values = this.#ranks.map((rank, index) => {
      if (rank > 0) return tf.keep(backend.wrap(binding.adopt(handles[index])));
      const [value] = binding.eager.download(handles[index]) as Float32Array;
      binding.eager.release(handles[index]);
      return value;
    });
    for (const action of this.#actions) action();
    return fillTemplate(this.#result, values);
  }

  /** Frees the native function. */
  dispose(): void {
    const { library, context } = this.#engine.binding;
    checked(
      library,
      (status) => library['TFE_ContextRemoveFunction']!(context, this.#name, status) as undefined,
    );
    library['TF_DeleteFunction']!(this.#function);
  }

  #input(source: Source, args: readonly tf.Tensor[], temporary: NativePointer[]): NativePointer {
    const { binding, backend } = this.#engine;
    switch (source.kind) {
      case 'argument':
        return binding.handleOf(backend.idOf(args[source.index]!));
      case 'variable':
        if (source.variable.isDisposed)
          throw disposedTooEarly(this.#label, 'variable', source.variable.shape);
        return binding.handleOf(backend.idOf(source.variable));
      case 'captured': {
        const handle = binding.handleOf(source.id);
        if (handle === null) throw disposedTooEarly(this.#label, 'tensor', source.shape);
        return handle;
      }
      case 'step': {
        const handle = binding.eager.upload([], source.dtype, [source.read()]);
        temporary.push(handle);
        return handle;
      }
    }
  }
}

function sourceOf(
  input: TraceInput,
  args: readonly number[],
  variables: ReadonlyMap<number, tf.Variable>,
): Source {
  if (input.id === null) return { kind: 'step', read: input.read!, dtype: input.facts.dtype };
  const index = args.indexOf(input.id);
  if (index >= 0) return { kind: 'argument', index };
  const variable = variables.get(input.id);
  if (variable !== undefined) return { kind: 'variable', variable };
  return { kind: 'captured', id: input.id, shape: input.facts.shape };
}

/** @throws FulgurError `trace` if a function returned a promise */
export function refusePromise(result: unknown, label: string): void {
  if (!tf.util.isPromise(result)) return;
  // The error is reported here; a rejection of the promise would end the process.
  result.catch(() => undefined);
  throw new FulgurError('trace', {
    what: `The function '${label}' returned a promise.`,
    fix: 'Make it synchronous: a compiled function may only call tensor operations.',
  });
}

function disposedTooEarly(label: string, kind: string, shape: readonly number[]): FulgurError {
  return new FulgurError('trace', {
    what: `The compiled function '${label}' uses a ${kind} of shape [${shape.join(', ')}] that has been disposed since it was traced.`,
    fix: 'Keep it as long as the function is called, or pass it as an argument.',
  });
}

function stepFailed({ cluster }: Engine, label: string, cause: unknown): FulgurError {
  const lost = cluster === null ? null : collectiveFailure(messageOf(cause), cluster, cause);
  if (lost !== null) return lost;
  const { operation, reason } = readStatus(messageOf(cause));
  const place = operation === null ? '' : ` (operation ${operation})`;
  return new FulgurError('engine', {
    what: `TensorFlow failed in the compiled function '${label}'${place}: ${reason}.`,
    fix: 'Run it with compile: false to see the operation that fails; if memory is exhausted, use a smaller batch.',
    cause,
  });
}

/** Removes TensorFlow's marks, `{{function_node f}} reason [[{{node X}}]]`, from its message. */
function readStatus(message: string): { operation: string | null; reason: string } {
  const operation = /\{\{node ([^}]+)\}\}/.exec(message)?.[1] ?? null;
  const reason = message
    .replace(/\s*\[\[\{\{node [^}]+\}\}\]\]/g, '')
    .replace(/\{\{function_node [^}]+\}\}\s*/g, '')
    .trim();
  return { operation, reason };
}
