import type * as tf from '@tensorflow/tfjs-core';
import { FulgurError } from '../../errors';
import type { GraphOutput, NativeLibrary } from '../native/native-library';
import type { HandleFacts } from './eager-runner';
import { GraphBuilder } from './graph-builder';
import type { GraphRecorder } from './graph-recorder';

/** An outside value that a traced function reads. */
export interface TraceInput {
  /** The tensor's id when it was first used, or `null` for a per-step input. */
  readonly id: number | null;
  readonly output: GraphOutput;
  readonly facts: HandleFacts;
  /** For a per-step input: returns its value before each call. */
  readonly read: (() => number) | null;
}

/** The resources that a trace keeps until its end. */
export interface MadeOnce {
  readonly dataId: object;
  readonly tape: object | null;
  readonly what: string;
  readonly tensors: readonly tf.Tensor[];
}

/** A function under construction: the graph, and its inputs from outside. */
export class Trace {
  readonly graph: GraphBuilder;
  readonly inputs: TraceInput[] = [];
  readonly actions: (() => void)[] = [];
  /** Tensors that it keeps until its end. */
  readonly madeOnce: MadeOnce[] = [];
  readonly #captured = new Map<number, GraphOutput>();

  /**
   * @param volatile - ids of outside tensors whose values may differ from call to call: arguments and variables.
   * @param recorder - keeps the graph as plain data, if it is to be frozen.
   */
  constructor(
    readonly name: string,
    library: NativeLibrary,
    readonly volatile: ReadonlySet<number>,
    readonly recorder: GraphRecorder | null = null,
  ) {
    this.graph = new GraphBuilder(library, recorder);
  }

  /** Returns the symbol of an outside tensor, whose value `read` returns: a placeholder, made at its first use. */
  capture(id: number, facts: HandleFacts, read: () => unknown): GraphOutput {
    const known = this.#captured.get(id);
    if (known !== undefined) return known;
    const output = this.graph.placeholder(facts);
    this.#captured.set(id, output);
    this.inputs.push({ id, output, facts, read: null });
    this.recorder?.captured(id, output, facts, read);
    return output;
  }

  /** Returns the symbol of an argument, which a recorded graph accepts under `name`. */
  argument(name: string, id: number, facts: HandleFacts): void {
    const output = this.graph.placeholder(facts);
    this.#captured.set(id, output);
    this.inputs.push({ id, output, facts, read: null });
    this.recorder?.placeholder(name, output, facts);
  }

  /** Returns the symbol of a scalar whose value `read` returns before each call. */
  stepInput(read: () => number, dtype: number): GraphOutput {
    if (this.recorder !== null) {
      throw this.recorder.refusal('it reads a number that differs from call to call, by stepInput()');
    }
    const facts = { shape: [], dtype };
    const output = this.graph.placeholder(facts);
    this.inputs.push({ id: null, output, facts, read });
    return output;
  }
}

export function valueReadWhileTracing({ name, recorder }: Trace): FulgurError {
  if (recorder !== null) return recorder.refusal('it reads the value of a tensor');
  return new FulgurError('trace', {
    what: `The value of a tensor was read while '${name}' was being traced, when it has no value yet.`,
    why: 'A traced function runs once with symbols; its operations then run natively at every step.',
    fix: 'Log it with log(), return it from the step, or move dataSync, arraySync and data into a host hook.',
  });
}

export function foreignSymbol(name: string): FulgurError {
  return new FulgurError('trace', {
    what: `A tensor that was made while '${name}' was being traced is used outside it, where it has no value.`,
    fix: 'Return it from the traced function and use the result of the call.',
  });
}
