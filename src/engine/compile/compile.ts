import * as tf from '@tensorflow/tfjs-core';
import type { Precision } from '../../contracts';
import { FulgurError } from '../../errors';
import { writeLines } from '../../system';
import { currentEngine } from '../current-engine';
import { FunctionDraws, drawsOfTrace, guardHostValues, withDraws } from '../draws';
import type { StepDraws } from '../draws';
import { Program, refusePromise } from './program';
import { runEagerly } from './step-scope';
import { fillTemplate, flatten, toTemplate } from './values';

/** The results of a call: numbers for scalars, tensors unchanged. */
export type Fetched<T> = T extends tf.Scalar
  ? number
  : T extends tf.Tensor
    ? T
    : T extends readonly (infer Item)[]
      ? Fetched<Item>[]
      : T extends object
        ? { [Key in keyof T]: Fetched<T[Key]> }
        : T;

/** Options of `compile`. */
export interface CompileOptions {
  /** The name of the function in errors (default: the function's own name). */
  readonly name?: string;
  /** `bf16-mixed` computes convolutions and products in bfloat16 (default `32-true`). */
  readonly precision?: Precision;
  /**
   * Runs the function operation by operation instead: the same numbers, slower, with values that can be inspected
   * (default `false`).
   */
  readonly eager?: boolean;
  /** The number of traces that may be made before a new signature is rejected (default 16). */
  readonly maxTraces?: number;
  /**
   * Receives a sentence when a new signature causes another trace of the function (default: a warning on the console).
   */
  readonly onRetrace?: (message: string) => void;
  /** Awaited between the first trace and its run (eagerly: after the first call); an error ends the call. */
  readonly onFirstTrace?: () => Promise<void>;
  /**
   * Receives a sentence when the function reads a value that its trace would freeze, such as the clock (default: a
   * warning on the console).
   */
  readonly onNotice?: (message: string) => void;
}

/** A function that runs natively. */
export interface CompiledFunction<Args extends readonly unknown[], Result> {
  (...args: Args): Promise<Fetched<Result>>;
  /**
   * The number of traces made so far: one for each signature (structure, shapes, types, plain values) of the arguments.
   */
  readonly traces: number;
  /** Frees the native functions. */
  dispose(): void;
}

const MAX_TRACES = 16;

/**
 * Traces a function of tensors into a TensorFlow function, at its first call and once for each new signature, and runs
 * that off the JavaScript thread. Calls of all compiled functions run one after the other.
 *
 * Variables that the function assigns have their new values when the call's promise resolves. Scalars that it returns
 * become numbers, and every other tensor a tensor that the caller disposes. Plain numbers among the arguments are part
 * of the signature: use `stepInput` for one that changes.
 *
 * The random operations of tfjs draw new numbers in each call, compiled or eager: from the seed, the number of optimiser
 * updates so far and of calls since, and their order in the function. See docs/compiled-steps.md.
 *
 * @throws FulgurError `trace` from a call if the function reads a tensor's value, creates a variable, uses an operation
 *   whose shape depends on values, or has been traced `maxTraces` times
 */
export function compile<Args extends readonly unknown[], Result>(
  run: (...args: Args) => Result,
  options: CompileOptions = {},
): CompiledFunction<Args, Result> {
  const name = options.name ?? (run.name === '' ? 'step' : run.name);
  const programs = new Map<string, Program>();
  const draws = new FunctionDraws(name);
  const noticed = new Set<string>();
  const onNotice = (message: string): void => {
    if (noticed.has(message)) return;
    noticed.add(message);
    (options.onNotice ?? warn)(message);
  };
  const runGuarded = (traced: boolean, args: Args): Result =>
    guardHostValues({ name, traced, onNotice }, () => run(...args));

  const programFor = (args: Args): { program: Program; tensors: readonly tf.Tensor[] } => {
    const { signature, tensors } = flatten(args, name, 'argument');
    let program = programs.get(signature);
    if (program === undefined) {
      if (programs.size > 0) announceRetrace(name, signature, programs, options);
      const template = toTemplate(args);
      const runWith = (standIns: readonly tf.Tensor[]): Result =>
        runGuarded(true, fillTemplate(template, standIns) as Args);
      const label = { label: name, precision: options.precision ?? '32-true' };
      program = withDraws(drawsOfTrace(), () => new Program(currentEngine(), label, runWith, tensors));
      programs.set(signature, program);
    }
    return { program, tensors };
  };

  const callInTurn = (args: Args, drawn?: StepDraws): Promise<Fetched<Result>> =>
    inTurn(async () => {
      const returned = withDraws(drawn ?? draws.next(), () => {
        if (options.eager === true) return callEagerly(name, () => runGuarded(false, args));
        const { program, tensors } = programFor(args);
        return program.call(tensors);
      });
      return (await returned) as Fetched<Result>;
    });

  let { onFirstTrace } = options;
  /** Outside a turn, because the receiver of the trace message may itself call compiled functions. */
  const tellFirstTrace = async (): Promise<void> => {
    await onFirstTrace?.();
    onFirstTrace = undefined;
  };
  const call = async (...args: Args): Promise<Fetched<Result>> => {
    if (onFirstTrace === undefined) return callInTurn(args);
    if (options.eager === true) {
      const fetched = await callInTurn(args);
      await tellFirstTrace();
      return fetched;
    }
    await inTurn(() => Promise.resolve(programFor(args)));
    // Taken first: calls that the receiver makes must not change the draws of this one.
    const drawn = draws.next();
    await tellFirstTrace();
    return callInTurn(args, drawn);
  };

  const dispose = (): void => {
    for (const program of programs.values()) program.dispose();
    programs.clear();
  };
  return Object.defineProperty(Object.assign(call, { dispose }), 'traces', {
    get: () => programs.size,
  }) as unknown as CompiledFunction<Args, Result>;
}

let previous: Promise<unknown> = Promise.resolve();

/** Runs calls one after the other: two that assign the same variable must not overlap. */
function inTurn<T>(action: () => Promise<T>): Promise<T> {
  const result = previous.then(action);
  previous = result.catch(() => undefined);
  return result;
}

function callEagerly(name: string, run: () => unknown): unknown {
  currentEngine();
  let fetched: unknown;
  runEagerly(
    () => tf.tidy(() => ({ result: fresh(run(), name) })),
    ({ result }) => {
      const { tensors } = flatten(result, name, 'result');
      const values = tensors.map((tensor) => {
        if (tensor.rank > 0) return tensor;
        const [value] = tensor.dataSync();
        tensor.dispose();
        return value;
      });
      fetched = fillTemplate(toTemplate(result), values);
    },
  );
  return fetched;
}

/** Returns a result whose tensors are the caller's own, even if the function returned an argument or a variable. */
function fresh(result: unknown, name: string): tf.TensorContainer {
  refusePromise(result, name);
  const { tensors } = flatten(result, name, 'result');
  const own = tensors.map((tensor) => tensor.clone());
  return fillTemplate(toTemplate(result), own) as tf.TensorContainer;
}

function announceRetrace(
  name: string,
  signature: string,
  programs: ReadonlyMap<string, Program>,
  { maxTraces = MAX_TRACES, onRetrace = warn }: CompileOptions,
): void {
  if (programs.size >= maxTraces) {
    throw new FulgurError('trace', {
      what: `The compiled function '${name}' may be traced ${maxTraces} times, but was called with one more signature: ${signature}.`,
      why: 'Each new shape or plain value among the arguments costs a trace.',
      fix: 'Pass batches of the same shape (dropLast: true), use stepInput() for numbers that change, or raise maxTraces.',
    });
  }
  onRetrace(
    `The compiled function '${name}' is traced again (trace ${programs.size + 1} of at most ${maxTraces}) for arguments ${signature}.`,
  );
}

function warn(message: string): void {
  writeLines(process.stderr, [message]);
}
