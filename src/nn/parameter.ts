import * as tf from '@tensorflow/tfjs-core';
import type { StateDtype } from '../contracts';
import { isInStep, requireStarted } from '../engine';
import { FulgurError } from '../errors';
import type { StateLayout } from './state/layout';

declare const role: unique symbol;

/** A trainable tensor of a module: a `tf.Variable` that tfjs operations accept directly. Created by `nn.parameter`. */
export type Parameter<R extends tf.Rank = tf.Rank> = tf.Variable<R> & { readonly [role]: 'parameter' };

/** A tensor that a module keeps but does not train, such as a running mean. Created by `nn.buffer`. */
export type Buffer<R extends tf.Rank = tf.Rank> = tf.Variable<R> & { readonly [role]: 'buffer' };

/** Options of `nn.parameter`. */
export interface ParameterOptions {
  /**
   * The layout of the tensor inside Fulgur, which determines how the state dict transposes it (default `plain`: not at
   * all).
   */
  readonly layout?: StateLayout;
  /**
   * `false` makes it fixed: frozen from the start, and left out by `unfreeze` unless that matches only fixed parameters
   * (default `true`).
   */
  readonly trainable?: boolean;
}

/**
 * The values of a buffer on the ranks of a run.
 *
 * - `same`: equal values; this is checked before each evaluation and at each checkpoint.
 * - `gathered`: samples of all ranks, such as a queue of features: equal values while ranks train as one, checked as
 *   for `same`; values of each rank's own while ranks train alone. Because it is data, it is never averaged over ranks
 *   or over time.
 * - `own`: values of each rank's own.
 * - `first`: values that drift apart in training without harm, such as running statistics; before each evaluation all
 *   ranks take those of rank 0.
 *
 * A checkpoint contains the values that differ by rank, and a resumed run restores them.
 */
export type RankRule = 'same' | 'gathered' | 'own' | 'first';

/** Options of `nn.buffer`. */
export interface BufferOptions {
  readonly layout?: StateLayout;
  /** The values of the buffer on the ranks of a run (default `same`). */
  readonly ranks?: RankRule;
  /**
   * The element type in the state dict (default: the tensor's own); `I64` stores an int32 tensor as PyTorch's `long`.
   */
  readonly storedAs?: StateDtype;
}

/** The facts about a variable that the state dict needs. */
export interface VariableDescription {
  readonly role: 'parameter' | 'buffer';
  readonly layout: StateLayout;
  readonly storedAs: StateDtype;
  readonly ranks: RankRule;
  /** Whether it is a parameter, or a teacher's copy of one. */
  readonly isWeight: boolean;
}

/** The types in which values of each type can be stored without loss; the first one is the default. */
const storedDtypes: Partial<Record<tf.DataType, readonly [StateDtype, ...StateDtype[]]>> = {
  float32: ['F32'],
  int32: ['I32', 'I64'],
  bool: ['BOOL', 'U8'],
};

// Variables are described outside, so that they stay ordinary tf.Variables for every tfjs operation.
const descriptions = new WeakMap<tf.Variable, VariableDescription>();
const fixed = new WeakSet<tf.Variable>();
let created = 0;

/**
 * Creates a trainable tensor for a field of a module.
 *
 * @param initialValue float32; the parameter takes ownership: use the parameter instead.
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
      fix: 'Cast the values, or use nn.buffer(...).',
    });
  }
  const description = { role: 'parameter', layout, storedAs: 'F32', ranks: 'first', isWeight: true } as const;
  const made = createVariable(initialValue, trainable, description) as Parameter<R>;
  if (!trainable) fix(made);
  return made;
}

/** Marks a parameter as not meant to be trained, such as computed positions. */
export function fix(parameter: Parameter): void {
  parameter.trainable = false;
  fixed.add(parameter);
}

/** Whether the parameter was created with `trainable: false`; `freeze()` alone does not make it so. */
export function isFixed(parameter: Parameter): boolean {
  return fixed.has(parameter);
}

/**
 * Creates a tensor that is part of the state dict but is not trained.
 *
 * @param initialValue the buffer takes ownership: use the buffer instead.
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
      fix: 'Remove storedAs, or cast the values.',
    });
  }
  const description = { role: 'buffer', layout, storedAs, ranks, isWeight: false } as const;
  return createVariable(initialValue, false, description) as Buffer<R>;
}

/**
 * Creates a buffer with the values, the layout and the rank rule of a variable that `nn` created: a teacher's
 * counterpart of it.
 */
export function copyAsBuffer(source: tf.Variable, description: VariableDescription): Buffer {
  return createVariable(tf.clone(source), false, { ...description, role: 'buffer' }) as Buffer;
}

/** Converts a variable that `nn` created into a buffer, in place. */
export function turnIntoBuffer(variable: Parameter | Buffer): void {
  const description = descriptions.get(variable);
  if (description === undefined) return;
  variable.trainable = false;
  descriptions.set(variable, { ...description, role: 'buffer' });
}

/** Returns the description of a variable; `undefined` for a variable that `nn` did not create. */
export function descriptionOf(variable: tf.Variable): VariableDescription | undefined {
  return descriptions.get(variable);
}

/** Returns the layout of the variable inside Fulgur. */
export function layoutOf(variable: tf.Variable): StateLayout {
  return descriptions.get(variable)?.layout ?? 'plain';
}

/**
 * Returns the rule for the variable's values on the ranks of a run; for parameters rank 0's count, where rounding makes
 * those of ranks differ.
 */
export function rankRuleOf(variable: tf.Variable): RankRule {
  return descriptions.get(variable)?.ranks ?? 'same';
}

/** Whether ranks that train as one must have the same values in the variable. */
export function isSameOnRanks(variable: tf.Variable): boolean {
  return ['same', 'gathered'].includes(rankRuleOf(variable));
}

/** Whether a mean of the variable's values, over ranks or over time, is meaningful; it is not for data. */
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
      why: 'It would be created again at every trace and lost at its end.',
      fix: 'Create layers and parameters as fields of the module, or in its constructor.',
    });
  }
  created += 1;
  const variable = tf.variable(initialValue, trainable, `fulgur.${description.role}.${created}`);
  initialValue.dispose();
  descriptions.set(variable, description);
  return variable;
}
