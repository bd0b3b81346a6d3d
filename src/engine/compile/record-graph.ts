import * as tf from '@tensorflow/tfjs-core';
import { cannotFreeze, GraphRecorder } from '../backend/graph-recorder';
import type { OutsideValue } from '../backend/graph-recorder';
import { currentEngine, isStarted } from '../current-engine';
import { drawsOfTrace, guardHostValues, withDraws } from '../draws';
import type { FrozenGraph, GraphConstant, GraphFacts } from '../../graph';
import { freeAbandonedTape } from './abandoned-tape';
import { refusePromise } from './program';
import { VariableSnapshot, separateVariables } from './variables';

/** Options for recording a graph. */
export interface RecordOptions {
  /** The name of the frozen object in errors: a class's name. */
  readonly name: string;
  /** The name of the graph's input. */
  readonly inputName: string;
  /** The name of the graph's output if the function returns one tensor. */
  readonly outputName: string;
  /** The names of the constants of variables, and the modules to which they belong. */
  readonly variables: ReadonlyMap<tf.Variable, OutsideValue>;
  /** Outside values that earlier recordings have read. */
  readonly constants: Map<number, GraphConstant>;
}

/** Whether the running code becomes a frozen graph: layers then use the operations that other programs know. */
export function isFreezing(): boolean {
  return isStarted() && currentEngine().binding.trace?.recorder != null;
}

/** Runs part of a function that is being recorded; the operations that it adds belong to `module`. */
export function recordingWithin<T>(module: string, run: () => T): T {
  const recorder = isStarted() ? currentEngine().binding.trace?.recorder : null;
  return recorder == null ? run() : recorder.within(module, run);
}

/**
 * Records a function of one batch of images as plain data: outside values, such as weights, become constants. It is
 * valid only for batches of that size.
 * @throws FulgurError `module`, naming the module, if the result depends on more than images and weights.
 */
export function recordGraph(
  run: (images: tf.Tensor4D) => tf.Tensor | Record<string, tf.Tensor>,
  images: tf.Tensor4D,
  { name, inputName, outputName, variables, constants }: RecordOptions,
): FrozenGraph {
  const { binding, backend } = currentEngine();
  separateVariables(backend);
  const snapshot = new VariableSnapshot();
  const outside = new Map([...variables].map(([variable, value]) => [backend.idOf(variable), value]));
  const recorder = new GraphRecorder(name, constants, outside);
  tf.engine().startScope(name);
  const standIn = backend.alias(images);
  const id = backend.idOf(standIn);
  const facts = binding.eager.facts(binding.handleOf(id));
  const trace = binding.beginTrace(name, new Set([id]), recorder);
  let finished = false;
  try {
    trace.argument(inputName, id, facts);
    const onNotice = (): void => {
      throw recorder.refusal('it reads the clock');
    };
    const result = withDraws(drawsOfTrace(), () =>
      guardHostValues({ name, traced: true, onNotice }, () => run(standIn as tf.Tensor4D)),
    );
    refusePromise(result, name);
    const [changed] = snapshot.changed();
    if (changed !== undefined) throw assigns(name, variables.get(changed));
    snapshot.refuseBorn(name);
    const tensors = result instanceof tf.Tensor ? { [outputName]: result } : result;
    const outputs = Object.entries(tensors).map(([output, tensor]) => {
      const value = recorder.valueOf(binding.symbolOf(trace, backend.idOf(tensor)));
      return { name: output, value };
    });
    const factsOf = new Map(recorder.nodes.map((node) => [node.name, node.outputs]));
    finished = true;
    return {
      nodes: recorder.nodes,
      inputs: recorder.nodes
        .filter(({ op }) => op === 'Placeholder')
        .map((node) => ({ name: node.name, ...(node.outputs[0] as GraphFacts) })),
      outputs: outputs.map((output) => ({
        ...output,
        ...(factsOf.get(output.value.node)?.[output.value.output] as GraphFacts),
      })),
    };
  } finally {
    binding.endTrace();
    tf.dispose(trace.madeOnce.map(({ tensors }) => [...tensors]));
    trace.graph.dispose();
    if (!finished) freeAbandonedTape();
    snapshot.restore();
    tf.engine().endScope();
  }
}

function assigns(name: string, value: OutsideValue | undefined): Error {
  const what = value === undefined ? 'a variable' : `its variable '${value.name}'`;
  return cannotFreeze(
    name,
    value?.module ?? '',
    `it assigns ${what}`,
    'Assign only in training: branch on this.training, and keep every module in a public field, so that eval() reaches it.',
  );
}
