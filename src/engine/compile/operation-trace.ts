import type { OpAttribute } from '../backend/op-attributes';
import { FulgurError } from '../../errors';
import { currentEngine, isStarted } from '../current-engine';
import type { Engine } from '../current-engine';
import { threadConfig } from '../native/context';
import type { NativePointer } from '../native/native-library';
import { decodeStepStats } from '../native/step-stats';
import type { OperationTime } from '../native/step-stats';
import { runInTracedSession } from '../native/traced-session';

/** One call of a compiled function, operation by operation. */
export interface TracedCall {
  /** The function's name: `training step`, ... */
  readonly name: string;
  /** By start time; several may run at once. */
  readonly operations: readonly OperationTime[];
}

/** An active trace. */
export interface OperationTrace {
  /** The calls traced so far. */
  readonly calls: readonly TracedCall[];
  /** Ends it. */
  end(): readonly TracedCall[];
}

const WARM_UP_RUNS = 1;
const active = new Set<TracedCall[]>();

/**
 * Makes every call of a compiled function report how long each of its operations took, until `end()`. TensorFlow
 * reports that only for sessions, so such a call runs the function's graph twice more in a session, with the same
 * inputs, before its normal run. Its results are the same; it takes some seconds longer, because TensorFlow optimises
 * the graph again. Not available with several ranks: such a session does not know the others.
 *
 * @throws FulgurError `engine` on one of several ranks.
 *
 * @example
 * const trace = traceOperations();
 * await step(batch);
 * for (const { type, seconds } of trace.end()[0]?.operations ?? []) console.log(type, seconds);
 */
export function traceOperations(): OperationTrace {
  if (isStarted() && currentEngine().cluster !== null) {
    throw new FulgurError('engine', {
      what: 'A trace of the operations of a step was requested on one of several ranks.',
      why: 'TensorFlow traces them in its own session, which does not know the other ranks.',
      fix: 'Trace on one device.',
    });
  }
  const calls: TracedCall[] = [];
  active.add(calls);
  return {
    calls,
    end: () => {
      active.delete(calls);
      return calls;
    },
  };
}

export function isTracingOperations(): boolean {
  return active.size > 0;
}

/** The parts of a program that a trace needs. */
export interface NativeProgram {
  readonly function: NativePointer;
  readonly name: string;
  readonly config: readonly OpAttribute[];
}

/** Runs a program's function under TensorFlow's tracer, for the active traces. */
export async function traceCall(
  { binding, info }: Engine,
  label: string,
  program: NativeProgram,
  inputs: readonly NativePointer[],
  outputs: number,
): Promise<void> {
  const [options] = program.config;
  const metadata = await runInTracedSession(
    binding.library,
    {
      function: program.function,
      name: program.name,
      // Concatenated messages are one message.
      config: Buffer.concat([threadConfig(info.threads), options?.value as Uint8Array]),
      inputs: inputs.map((handle) => ({ handle, dtype: binding.eager.facts(handle).dtype })),
      outputs,
    },
    WARM_UP_RUNS + 1,
  );
  const call = { name: label, operations: decodeStepStats(metadata) };
  for (const calls of active) calls.push(call);
}
