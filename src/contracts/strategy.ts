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

/** What a training step gives: symbolic scalars inside the compiled step, numbers outside. */
export interface StepOutputs<V> {
  readonly loss: V;
  readonly logged: readonly LoggedValue<V>[];
}

/** The part of a module that ranks have to agree on. */
export interface Replicated {
  /** Its parameters and buffers by state-dict name; what ranks hold in each, `nn.rankRuleOf` says. */
  namedVariables(): ReadonlyMap<string, tf.Variable>;
  stateDict(): StateDict;
  loadStateDict(state: StateDict): unknown;
}

/**
 * What ranks have in common. The trainer knows no more of ranks than this. What a step exchanges is up to the hooks of the
 * plugin that provides the strategy: gradients in `onBeforeOptimizerStep`, where it comes before all other plugins
 * (`order: 'strategy'`), and so is part of the compiled step.
 */
export interface Strategy {
  readonly name: string;
  /** Rank 0 alone logs and saves; the sampler takes its share by them. */
  readonly ranks: Ranks;
  /** Whether ranks train models of their own between two exchanges; else a buffer that is to be the same is checked. */
  readonly ranksDiffer: boolean;
  /** After weights are built and restored, before the first step: makes all ranks start equal. */
  prepare(module: Replicated): Promise<void>;
  /**
   * What an update's step gives, over all ranks where they are to have the same; traced, as the step's last part. A step
   * that only accumulates gradients exchanges nothing.
   */
  combineOutputs(outputs: StepOutputs<tf.Scalar>): StepOutputs<tf.Scalar>;
  /**
   * After a step is first traced, before it first runs: makes sure that all ranks exchange the same in it.
   *
   * @param inLoss what its loss and queues exchange, forward and back, by names of their order.
   * @throws FulgurError `ranks`, on all of them, where they do not.
   */
  agreeOnStep(inLoss: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Before an evaluation: makes the ranks' models equal where training leaves them different.
   *
   * @throws FulgurError `ranks`, on all of them, where they differ and are not to.
   */
  beforeEvaluation(module: Replicated): Promise<void>;
}
