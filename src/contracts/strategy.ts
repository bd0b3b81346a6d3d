import type * as tf from '@tensorflow/tfjs-core';
import type { LogOptions } from './log';
import type { Precision } from './options';
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

/** The work on one batch: forward, backward, gradient exchange, update. Run natively, or while it is traced. */
export type TrainingStep<B> = (batch: B) => StepOutputs<tf.Scalar>;

/** A training step that is ready to run. */
export interface CompiledStep<B> {
  (batch: B): Promise<StepOutputs<number>>;
  /** Frees what was compiled. */
  dispose(): void;
}

export interface CompileStepOptions {
  /** Names the step in errors. */
  readonly name: string;
  /** Whether it ends an update; else its gradients are accumulated, and nothing is exchanged. */
  readonly isUpdate: boolean;
  /** Runs the step operation by operation instead of compiling it. */
  readonly eager: boolean;
  readonly precision: Precision;
  /** Hears a sentence when a batch of a new shape makes the step be traced again. */
  readonly onRetrace: (message: string) => void;
  /** Hears a sentence when the step reads what its trace would freeze, such as the clock. */
  readonly onNotice: (message: string) => void;
}

/** The part of a module that ranks have to agree on. */
export interface Replicated {
  /** Its parameters and buffers by state-dict name; what ranks hold in each, `nn.rankRuleOf` says. */
  namedVariables(): ReadonlyMap<string, tf.Variable>;
  stateDict(): StateDict;
  loadStateDict(state: StateDict): unknown;
}

/**
 * Where a step runs, and what ranks have in common. The trainer knows no more of ranks than this. What a step exchanges is
 * up to the hooks of the plugin that provides the strategy: gradients in `onBeforeOptimizerStep`, where it comes before
 * all other plugins (`order: 'strategy'`), and so is part of the compiled step.
 */
export interface Strategy {
  readonly name: string;
  /** Rank 0 alone logs and saves; the sampler takes its share by them. */
  readonly ranks: Ranks;
  /** Whether ranks train models of their own between two exchanges; else a buffer that is to be the same is checked. */
  readonly ranksDiffer: boolean;
  /** After weights are built and restored, before the first step: makes all ranks start equal. */
  prepare(module: Replicated): Promise<void>;
  compileStep<B>(step: TrainingStep<B>, options: CompileStepOptions): CompiledStep<B>;
  /**
   * Before an evaluation: makes the ranks' models equal where training leaves them different.
   *
   * @throws FulgurError `ranks`, on all of them, where they differ and are not to.
   */
  beforeEvaluation(module: Replicated): Promise<void>;
}
