import type * as tf from '@tensorflow/tfjs-core';
import { tensorsIn } from './compile/values';
import { liveVariables, separateVariables } from './compile/variables';
import { currentEngine } from './current-engine';

/** The variables that some work uses. */
export interface VariableUse {
  readonly read: ReadonlySet<tf.Variable>;
  readonly assigned: ReadonlySet<tf.Variable>;
}

/** The uses that inner watches have handled: they are not the outer one's. */
let seenTo: Set<tf.Variable> | null = null;

/**
 * Returns the variables that `run` reads and assigns, while it is traced or runs operation by operation; without those
 * that an inner watch returns.
 */
export function watchVariables<T>(run: () => T): { readonly result: T; readonly use: VariableUse } {
  const { binding, backend } = currentEngine();
  // A trace has already separated them.
  if (binding.trace === null) separateVariables(backend);
  const before = liveVariables().map((variable) => [variable, variable.dataId] as const);
  const ids = new Map(before.map(([variable]) => [backend.idOf(variable), variable]));
  const read = new Set<tf.Variable>();
  const hear = (inputs: readonly number[]): void => {
    for (const id of inputs) {
      const variable = ids.get(id);
      if (variable !== undefined) read.add(variable);
    }
  };
  const outer = { onInputs: binding.onInputs, seenTo };
  const inner = new Set<tf.Variable>();
  binding.onInputs = hear;
  seenTo = inner;
  try {
    const result = run();
    hear(tensorsIn(result).map((tensor) => backend.idOf(tensor)));
    const assigned = before.filter(([variable, old]) => !variable.isDisposed && variable.dataId !== old);
    const own = new Set(assigned.map(([variable]) => variable).filter((variable) => !inner.has(variable)));
    for (const variable of own) inner.add(variable);
    return { result, use: { read, assigned: own } };
  } finally {
    binding.onInputs = outer.onInputs;
    seenTo = outer.seenTo;
    for (const variable of inner) seenTo?.add(variable);
  }
}
