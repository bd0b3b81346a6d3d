import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from '../../contracts';
import { FulgurError, messageOf } from '../../errors';
import type { FrozenGraph, GraphAttribute, GraphDtype, GraphNode } from '../../graph';
import { GraphBuilder } from '../backend/graph-builder';
import { attributeKinds } from '../backend/op-attributes';
import type { OpAttribute } from '../backend/op-attributes';
import { currentEngine } from '../current-engine';
import type { Engine } from '../current-engine';
import { dataTypeNumber, dataTypes } from '../native/data-types';
import { graphConfig } from '../native/graph-config';
import type { GraphOutput, NativePointer } from '../native/native-library';
import { checked } from '../native/status';
import { NativeCall } from './native-call';

/** Options for running a frozen graph. */
export interface RunFrozenOptions {
  /** `bf16-mixed` computes convolutions and products in bfloat16 (default `32-true`). */
  readonly precision?: Precision;
  /** Its name in errors (default `frozen graph`). */
  readonly name?: string;
}

/** A frozen graph that runs natively. */
export interface CompiledGraph {
  /**
   * Runs it off the JavaScript thread; calls may overlap.
   *
   * @param inputs one tensor for each of the graph's inputs, with any batch size; the caller keeps them. For uint8,
   *   which tfjs does not have, int32 tensors with values from 0 to 255.
   * @returns one tensor for each of its outputs, which the caller disposes.
   * @throws FulgurError `engine` for inputs of another number, type or shape.
   */
  call(inputs: readonly tf.Tensor[]): Promise<tf.Tensor[]>;
  /** Frees it, after active calls have ended. */
  dispose(): void;
}

let made = 0;

/**
 * Prepares a frozen graph to run natively: TensorFlow fuses convolutions with the operations that follow them, and uses
 * all threads of the engine.
 * @throws FulgurError `engine` if TensorFlow rejects the graph.
 */
export async function runFrozen(
  graph: FrozenGraph,
  { precision = '32-true', name = 'frozen graph' }: RunFrozenOptions = {},
): Promise<CompiledGraph> {
  const engine = currentEngine();
  const { binding, backend } = engine;
  const functionName = `fulgur_frozen_${made++}`;
  const built = buildFunction(engine, functionName, graph);
  // Not the graph itself, whose constants are in the function now.
  const inputFacts = graph.inputs;
  const outputCount = graph.outputs.length;
  const options: OpAttribute[] = [
    {
      name: 'config_proto',
      type: attributeKinds.string,
      value: graphConfig({
        layoutOptimization: engine.info.device === 'gpu',
        arithmeticOptimization: false,
        bfloat16: precision === 'bf16-mixed',
      }),
    },
  ];
  const native = new NativeCall(binding.eager, functionName, options);
  let isDisposed = false;
  let atWork = 0;
  const free = (): void => {
    const { library, context } = binding;
    checked(
      library,
      (status) => library['TFE_ContextRemoveFunction']!(context, functionName, status) as undefined,
    );
    library['TF_DeleteFunction']!(built);
  };
  const end = (): void => {
    atWork -= 1;
    if (isDisposed && atWork === 0) free();
  };
  return Promise.resolve({
    call: async (inputs) => {
      if (isDisposed) throw disposedGraph(name);
      requireInputs(name, inputFacts, inputs);
      // Separate tensors, so that the caller may dispose the inputs while it runs.
      const handles = inputs.map((input, index) => ownHandle(engine, input, inputFacts[index]?.dtype));
      atWork += 1;
      try {
        const results = await native.run(handles, outputCount);
        return results.map((handle) => tf.keep(backend.wrap(binding.adopt(handle))));
      } catch (cause) {
        throw failed(name, cause);
      } finally {
        for (const handle of handles) binding.eager.release(handle);
        end();
      }
    },
    dispose: () => {
      if (isDisposed) return;
      isDisposed = true;
      if (atWork === 0) free();
    },
  });
}

function buildFunction({ binding }: Engine, name: string, graph: FrozenGraph): NativePointer {
  const builder = new GraphBuilder(binding.library);
  let isFinished = false;
  try {
    const symbols = new Map<string, readonly GraphOutput[]>();
    const symbolOf = (node: string, output: number): GraphOutput => {
      const symbol = symbols.get(node)?.[output];
      if (symbol === undefined)
        throw new Error(`The graph's node '${node}' does not come after those that read it`);
      return symbol;
    };
    for (const node of graph.nodes) {
      const inputs = node.inputs.map((value) => symbolOf(value.node, value.output));
      symbols.set(node.name, addNode(builder, node, inputs));
    }
    // An output that is an unchanged input gets its own operation.
    const outputs = graph.outputs.flatMap(({ value }) =>
      builder.operation('Identity', [], [symbolOf(value.node, value.output)], 1),
    );
    const inputs = graph.inputs.map((input) => symbolOf(input.name, 0));
    isFinished = true;
    return builder.finish(name, binding.context, inputs, outputs);
  } catch (cause) {
    if (!isFinished) builder.dispose();
    throw failed(name, cause);
  }
}

function addNode(builder: GraphBuilder, node: GraphNode, inputs: readonly GraphOutput[]): GraphOutput[] {
  if (node.op === 'Const' && node.constant !== undefined) {
    const { shape, dtype, values } = node.constant;
    return [builder.constant(shape, dataTypes[dtype], values)];
  }
  if (node.op === 'Placeholder') {
    const [facts] = node.outputs;
    const shape = (facts?.shape ?? []).map((size) => size ?? -1);
    return [builder.placeholder({ shape, dtype: dataTypeNumber(facts?.dtype ?? 'float32') })];
  }
  const attributes = Object.entries(node.attributes).map(([name, attribute]) => opAttribute(name, attribute));
  return builder.operation(node.op, attributes, inputs, node.outputs.length);
}

function opAttribute(name: string, attribute: GraphAttribute): OpAttribute {
  switch (attribute.kind) {
    case 'ints':
      return { name, type: attributeKinds.int, value: [...attribute.value] };
    case 'type':
      return { name, type: attributeKinds.type, value: dataTypeNumber(attribute.value) };
    case 'shape':
      return { name, type: attributeKinds.shape, value: attribute.value.map((size) => size ?? -1) };
    default:
      return { name, type: attributeKinds[attribute.kind], value: attribute.value };
  }
}

function requireInputs(name: string, inputs: FrozenGraph['inputs'], given: readonly tf.Tensor[]): void {
  const fits =
    given.length === inputs.length &&
    inputs.every(({ dtype, shape }, index) => {
      const tensor = given[index];
      const extents = tensor?.shape ?? [];
      const isAlike = accepts(dtype, tensor) && extents.length === shape.length;
      return isAlike && shape.every((size, axis) => size === null || size === extents[axis]);
    });
  if (fits) return;
  const wanted = inputs.map(
    ({ dtype, shape }) => `${dtype} [${shape.map((size) => size ?? 'batch').join(', ')}]`,
  );
  const got = given.map(({ dtype, shape }) => `${dtype} [${shape.join(', ')}]`);
  throw new FulgurError('engine', {
    what: `The ${name} takes ${wanted.join(', ')}, but was given ${got.join(', ') || 'nothing'}.`,
    fix: 'Pass one tensor for each input, with its type and shape.',
  });
}

function accepts(dtype: GraphDtype, tensor: tf.Tensor | undefined): boolean {
  return tensor?.dtype === (dtype === 'uint8' ? 'int32' : dtype);
}

function ownHandle({ binding, backend }: Engine, tensor: tf.Tensor, dtype?: GraphDtype): NativePointer {
  const handle = binding.handleOf(backend.idOf(tensor));
  if (dtype !== 'uint8') return binding.eager.run('Identity', [], [handle], 1)[0];
  const attributes = [{ name: 'DstT', type: attributeKinds.type, value: dataTypes.uint8 }];
  return binding.eager.run('Cast', attributes, [handle], 1)[0];
}

function disposedGraph(name: string): FulgurError {
  return new FulgurError('engine', {
    what: `The ${name} was called after it was disposed.`,
    fix: 'Dispose it after its last call.',
  });
}

function failed(name: string, cause: unknown): FulgurError {
  return new FulgurError('engine', {
    what: `TensorFlow failed in the ${name}: ${messageOf(cause)}.`,
    fix: 'Call it with inputs of its types and shapes; if memory is exhausted, use a smaller batch.',
    cause,
  });
}
