import * as tf from '@tensorflow/tfjs-core';
import type { StateDtype } from '../contracts';
import { isInStep, requireStarted } from '../engine';
import { FulgurError } from '../errors';
import type { StateLayout } from './state/layout';

declare const role: unique symbol;

/** A trainable tensor of a module: a `tf.Variable` that tfjs ops take directly. Made by `nn.parameter`. */
export type Parameter<R extends tf.Rank = tf.Rank> = tf.Variable<R> & { readonly [role]: 'parameter' };

/** A tensor that a module keeps but does not train, such as a running mean. Made by `nn.buffer`. */
export type Buffer<R extends tf.Rank = tf.Rank> = tf.Variable<R> & { readonly [role]: 'buffer' };

/** Options of `nn.parameter`. */
export interface ParameterOptions {
  /** How the tensor is laid out inside Fulgur, and so how the state dict turns it (default `plain`: not at all). */
  readonly layout?: StateLayout;
  /** `false` makes it fixed: frozen from the start, and left out by an `unfreeze` of more than fixed ones (default `true`). */
  readonly trainable?: boolean;
}

/**
 * What the ranks of a run hold in a buffer.
 *
 * - `same`: equal values, which is checked before each evaluation and at each checkpoint.
 * - `gathered`: samples of all ranks, such as a queue of features: equal values while ranks train as one, which is checked as
 *   for `same`; each rank's own while ranks train alone. Being data, it is never averaged, over ranks or over time.
 * - `own`: values of each rank's own.
 * - `first`: values that drift apart in training without harm, such as running statistics; before each evaluation all
 *   ranks take rank 0's.
 *
 * A checkpoint holds, and a resumed run gets, what differs by rank.
 */
export type RankRule = 'same' | 'gathered' | 'own' | 'first';

/** Options of `nn.buffer`. */
export interface BufferOptions {
  readonly layout?: StateLayout;
  /** What the ranks of a run hold in it (default `same`). */
  readonly ranks?: RankRule;
  /** Element type in the state dict (default: the tensor's own); `I64` stores an int32 tensor as PyTorch's `long`. */
  readonly storedAs?: StateDtype;
}

/** What the state dict must know of a variable. */
export interface VariableDescription {
  readonly role: 'parameter' | 'buffer';
  readonly layout: StateLayout;
  readonly storedAs: StateDtype;
  readonly ranks: RankRule;
  /** Whether it is a parameter, or a teacher's copy of one. */
  readonly isWeight: boolean;
}

/** How values of each type can be stored, each one as itself; the first where nothing else is said. */
const storedDtypes: Partial<Record<tf.DataType, readonly [StateDtype, ...StateDtype[]]>> = {
  float32: ['F32'],
  int32: ['I32', 'I64'],
  bool: ['BOOL', 'U8'],
};

// Variables are tagged from outside, so that they stay ordinary tf.Variables for every tfjs op.
const descriptions = new WeakMap<tf.Variable, VariableDescription>();
const fixed = new WeakSet<tf.Variable>();
let created = 0;

/**
 * Makes a trainable tensor for a field of your own module.
 *
 * @param initialValue float32; it is taken over: use the parameter in its place.
 * @throws FulgurError `engine` before `start()`, `module` inside a compiled step or for other element types.
 */
export function parameter<R extends tf.Rank>(
  initialValue: tf.Tensor<R>,
  { layout = 'plain', trainable = true }: ParameterOptions = {},
): Parameter<R> {
  if (initialValue.dtype !== 'float32') {
    throw new FulgurError('module', {
      what: `A parameter was given ${initialValue.dtype} values.`,
      why: 'Parameters are float32.',
      fix: 'Cast the values, or keep them with nn.buffer(...).',
    });
  }
  const description = { role: 'parameter', layout, storedAs: 'F32', ranks: 'first', isWeight: true } as const;
  const made = createVariable(initialValue, trainable, description) as Parameter<R>;
  if (!trainable) fix(made);
  return made;
}

/** Makes a parameter one that is not meant to be trained, such as positions that are computed. */
export function fix(parameter: Parameter): void {
  parameter.trainable = false;
  fixed.add(parameter);
}

/** Whether the parameter was made not to be trained; `freeze()` alone does not make it so. */
export function isFixed(parameter: Parameter): boolean {
  return fixed.has(parameter);
}

/**
 * Makes a tensor that travels in the state dict but is not trained.
 *
 * @param initialValue it is taken over: use the buffer in its place.
 * @throws FulgurError `engine` before `start()`, `module` inside a compiled step or for other element types.
 */
export function buffer<R extends tf.Rank>(
  initialValue: tf.Tensor<R>,
  { layout = 'plain', storedAs = storedDtypes[initialValue.dtype]?.[0], ranks = 'same' }: BufferOptions = {},
): Buffer<R> {
  if (storedAs === undefined) {
    throw new FulgurError('module', {
      what: `A buffer was given ${initialValue.dtype} values.`,
      why: 'Buffers are float32, int32 or bool.',
      fix: 'Cast the values to one of these types.',
    });
  }
  if (storedDtypes[initialValue.dtype]?.includes(storedAs) !== true) {
    throw new FulgurError('module', {
      what: `A buffer was given ${initialValue.dtype} values, to be stored as ${storedAs}.`,
      why: `They can be stored as ${storedDtypes[initialValue.dtype]?.join(' or ')}.`,
      fix: 'Leave storedAs out, or cast the values.',
    });
  }
  const description = { role: 'buffer', layout, storedAs, ranks, isWeight: false } as const;
  return createVariable(initialValue, false, description) as Buffer<R>;
}

/** A buffer with the values, the layout and the rank rule of a variable that `nn` made: what a teacher has in its place. */
export function copyAsBuffer(source: tf.Variable, description: VariableDescription): Buffer {
  return createVariable(tf.clone(source), false, { ...description, role: 'buffer' }) as Buffer;
}

/** Makes a buffer of a variable that `nn` made, in its place. */
export function turnIntoBuffer(variable: Parameter | Buffer): void {
  const description = descriptions.get(variable);
  if (description === undefined) return;
  variable.trainable = false;
  descriptions.set(variable, { ...description, role: 'buffer' });
}

/** What the variable is to its module; `undefined` for a variable that `nn` did not make. */
export function descriptionOf(variable: tf.Variable): VariableDescription | undefined {
  return descriptions.get(variable);
}

/** How the variable is laid out inside Fulgur. */
export function layoutOf(variable: tf.Variable): StateLayout {
  return descriptions.get(variable)?.layout ?? 'plain';
}

/** What the ranks of a run hold in the variable; rank 0's parameters count where arithmetic leaves ranks with others. */
export function rankRuleOf(variable: tf.Variable): RankRule {
  return descriptions.get(variable)?.ranks ?? 'same';
}

/** Whether ranks that train as one must have the same values in the variable. */
export function isSameOnRanks(variable: tf.Variable): boolean {
  return ['same', 'gathered'].includes(rankRuleOf(variable));
}

/** Whether a mean of the variable's values, over ranks or over time, means something: not that of data. */
export function isAveraged(variable: tf.Variable): boolean {
  return ['same', 'first'].includes(rankRuleOf(variable));
}

/** Whether the variable is a parameter, or a teacher's copy of one: not a statistic, a counter or data. */
export function isWeight(variable: tf.Variable): boolean {
  return descriptions.get(variable)?.isWeight ?? false;
}

/** Whether the variable is a parameter, trained or frozen. */
export function isParameter(variable: tf.Variable): boolean {
  return descriptions.get(variable)?.role === 'parameter';
}

function createVariable<R extends tf.Rank>(
  initialValue: tf.Tensor<R>,
  trainable: boolean,
  description: VariableDescription,
): tf.Variable<R> {
  requireStarted();
  if (isInStep()) {
    throw new FulgurError('module', {
      what: `A ${description.role} was created inside a compiled step.`,
      why: 'It would be born anew at every trace and forgotten at its end.',
      fix: 'Create layers and parameters as fields of the module, or in its constructor.',
    });
  }
  created += 1;
  const variable = tf.variable(initialValue, trainable, `fulgur.${description.role}.${created}`);
  initialValue.dispose();
  descriptions.set(variable, description);
  return variable;
}
