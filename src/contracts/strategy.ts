import type * as tf from '@tensorflow/tfjs-core';
import type { LogOptions } from './log';
import type { Ranks } from './ranks';
import type { StateDict } from './state';

/** A logged value on its way out of a step; `V` is a symbolic scalar inside the step and a number outside. */
export interface LoggedValue<V> {
  readonly name: string;
  readonly value: V;
  readonly options: Required<LogOptions>;
}

/** The outputs of a training step: symbolic scalars inside the compiled step, numbers outside. */
export interface StepOutputs<V> {
  readonly loss: V;
  readonly logged: readonly LoggedValue<V>[];
}

/** The part of a module that all ranks share. */
export interface Replicated {
  /** Its parameters and buffers by state-dict name; `nn.rankRuleOf` shows how each relates across ranks. */
  namedVariables(): ReadonlyMap<string, tf.Variable>;
  stateDict(): StateDict;
  loadStateDict(state: StateDict): unknown;
}

/**
 * How ranks work together; the trainer knows nothing else about ranks. What a step exchanges is up to the hooks of the
 * plugin that provides the strategy: gradients are exchanged in `onBeforeOptimizerStep`, before all other plugins
 * (`order: 'strategy'`) and as part of the compiled step.
 */
export interface Strategy {
  readonly name: string;
  /** Only rank 0 logs and saves; the sampler takes its share according to rank and world size. */
  readonly ranks: Ranks;
  /** Whether each rank trains its own model between two exchanges. If not, buffers that must be equal are checked. */
  readonly ranksDiffer: boolean;
  /** Makes all ranks start equal; called after weights are built and restored, before the first step. */
  prepare(module: Replicated): Promise<void>;
  /**
   * Combines the outputs of an update's step over all ranks if they must be the same; traced, as the last part of the
   * step. A step that only accumulates gradients exchanges nothing.
   */
  combineOutputs(outputs: StepOutputs<tf.Scalar>): StepOutputs<tf.Scalar>;
  /**
   * Checks that all ranks exchange the same in a step; called after the step is first traced, before it first runs.
   *
   * @param inLoss what the step's loss and queues exchange, forward and backward, by numbered names.
   * @throws FulgurError `ranks`, on all of them, if they do not.
   */
  agreeOnStep(inLoss: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Makes the ranks' models equal before an evaluation if training leaves them different.
   *
   * @throws FulgurError `ranks`, on all of them, if they differ but must not.
   */
  beforeEvaluation(module: Replicated): Promise<void>;
}
