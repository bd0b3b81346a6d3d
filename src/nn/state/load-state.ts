import type * as tf from '@tensorflow/tfjs-core';
import type { StateDict, StateTensor } from '../../contracts';
import { FulgurError } from '../../errors';
import { valuesProblem } from './element-types';
import { storedForm, writeVariable } from './variable-state';

/** Options for loading a state dict into a module. */
export interface LoadOptions {
  /** Require every key of the module to be in the state, and no other keys (default `true`). */
  readonly strict?: boolean;
}

/** Keys that a module and a loaded state dict do not share. */
export interface LoadReport {
  /** Keys of the module that the state lacks. */
  readonly missing: readonly string[];
  /** Keys of the state that the module lacks. */
  readonly unexpected: readonly string[];
}

/**
 * Sets variables from a state dict, either all or none.
 *
 * @param owner the name of the receiver in errors.
 * @throws FulgurError `state`, naming every key that does not fit.
 */
export function loadState(
  owner: string,
  variables: ReadonlyMap<string, tf.Variable>,
  state: StateDict,
  { strict = true }: LoadOptions = {},
): LoadReport {
  const missing = [...variables.keys()].filter((key) => !state.has(key));
  const unexpected = [...state.keys()].filter((key) => !variables.has(key));
  const fitting: [tf.Variable, StateTensor][] = [];
  const mismatched: string[] = [];
  const wrong: string[] = [];
  for (const [key, variable] of variables) {
    const tensor = state.get(key);
    if (tensor === undefined) continue;
    const expected = storedForm(variable);
    if (describe(tensor) !== describe(expected)) {
      mismatched.push(`${key} (state: ${describe(tensor)}, module: ${describe(expected)})`);
      continue;
    }
    const problem = valuesProblem(tensor) ?? rangeProblem(tensor);
    if (problem === null) fitting.push([variable, tensor]);
    else wrong.push(`${key} ${problem}`);
  }

  const problems = [
    ...(strict && missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(strict && unexpected.length > 0 ? [`unexpected: ${unexpected.join(', ')}`] : []),
    ...(mismatched.length > 0 ? [`mismatched: ${mismatched.join(', ')}`] : []),
    ...(wrong.length > 0 ? [`wrong values: ${wrong.join(', ')}`] : []),
  ];
  if (problems.length > 0) {
    throw new FulgurError('state', {
      what: `The state does not fit ${owner}: ${problems.join('; ')}.`,
      why: 'Nothing was changed.',
      fix:
        mismatched.length > 0
          ? 'Load the state of a model that was built with the same options.'
          : 'Load the state of the same model, or pass { strict: false } to skip missing and unexpected keys.',
    });
  }
  for (const [variable, tensor] of fitting) writeVariable(variable, tensor);
  return { missing, unexpected };
}

/** Integers of 64 bits are stored as int32, where a larger one would become another number. */
function rangeProblem({ data }: StateTensor): string | null {
  if (typeof data[0] !== 'bigint') return null;
  const beyond = (data as BigInt64Array).find((value) => BigInt.asIntN(32, value) !== value);
  return beyond === undefined ? null : `contains ${beyond}, which int32 cannot represent`;
}

function describe({ dtype, shape }: Pick<StateTensor, 'dtype' | 'shape'>): string {
  return `${dtype} [${shape.join(', ')}]`;
}
