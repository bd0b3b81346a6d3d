import type * as tf from '@tensorflow/tfjs-core';
import type { LogOptions, Precision, StateDict } from '../contracts';

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
  /** Runs the step operation by operation instead of compiling it. */
  readonly eager: boolean;
  readonly precision: Precision;
  /** Hears a sentence when a batch of a new shape makes the step be traced again. */
  readonly onRetrace: (message: string) => void;
}

/** The running epoch reduction of one metric: enough to combine what several ranks logged. */
export interface MetricPart {
  readonly name: string;
  readonly reduce: 'mean' | 'min' | 'max' | 'sum';
  /** Sum of `value * weight` for a mean; the smallest, largest or added-up value for the others. */
  readonly total: number;
  /** Samples behind `total`; a mean over ranks is sum of totals over sum of weights. */
  readonly weight: number;
}

/** The part of a module that ranks have to agree on. */
export interface Replicated {
  stateDict(): StateDict;
  loadStateDict(state: StateDict): unknown;
}

/**
 * Where a step runs and what ranks exchange. The trainer knows no more of ranks than this; the exchange of gradients
 * is a step hook (`onAfterBackward`) of the plugin that brings the strategy, and so is part of the compiled step.
 */
export interface Strategy {
  readonly name: string;
  /** This process among `worldSize`, from 0: the sampler takes its share by it. Rank 0 alone logs and saves. */
  readonly rank: number;
  readonly worldSize: number;
  /** After weights are built and restored, before the first step: makes all ranks start equal. */
  setup(module: Replicated): Promise<void>;
  compileStep<B>(step: TrainingStep<B>, options: CompileStepOptions): CompiledStep<B>;
  /** Combines epoch reductions over all ranks; every rank gets the same parts, in the order that it gave. */
  reduceMetrics(parts: readonly MetricPart[]): Promise<readonly MetricPart[]>;
  /** Waits until every rank is here. `purpose` names the place in errors. */
  barrier(purpose: string): Promise<void>;
  /** Runs always, at the very end of a run. */
  teardown(): Promise<void>;
}
