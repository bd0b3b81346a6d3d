import type * as tf from '@tensorflow/tfjs-core';
import type { Json } from './json';
import type { HostLog, StepLog } from './log';
import type { FitProgress } from './progress';
import type { RunState } from './run-state';

/** Gradients by state-dict name of their parameter, in Fulgur's internal layout (convolutions `[kh, kw, in, out]`). */
export type Gradients = ReadonlyMap<string, tf.Tensor>;

/** What a step hook may do while the step is traced. */
export interface StepContext {
  readonly log: StepLog;
}

/**
 * Hooks that run while the training step is traced, with symbolic tensors: what they emit becomes part of the
 * compiled step. They are synchronous, and run once per trace, not once per step.
 */
export interface StepHooks {
  /** After each call of the module's `forward` within a training step, with what it returned. */
  onAfterForward(output: unknown, context: StepContext): void;
  /** The loss before its gradients are taken; a returned scalar takes its place. */
  onBeforeBackward(loss: tf.Scalar, context: StepContext): tf.Scalar | undefined;
  /** The raw gradients; a returned map takes their place. */
  onAfterBackward(gradients: Gradients, context: StepContext): Gradients | undefined;
  /** The last look at the gradients before the update; a returned map takes their place. */
  onBeforeOptimizerStep(gradients: Gradients, context: StepContext): Gradients | undefined;
}

/** What a host hook sees of the run, and the little that it may do to it. */
export interface HookContext {
  readonly progress: FitProgress;
  /** The newest value of every logged metric. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly log: HostLog;
  /** Ends training after the update at hand, or later where a minimum is set; `reason` is shown to the user. */
  readonly stop: (reason: string) => void;
}

/** What a finished training batch left behind. */
export interface BatchResult {
  readonly loss: number;
  /** Whether the parameters were updated; not while gradients of several batches are being accumulated. */
  readonly updated: boolean;
  /** Samples in the batch, on this rank. */
  readonly batchSize: number;
  /** Seconds that the step took. */
  readonly stepSeconds: number;
  /** Seconds that the loop waited for the batch. */
  readonly dataSeconds: number;
}

/**
 * Hooks that run in JavaScript at every occurrence, awaited one plugin after the other. The order within a run is
 * Lightning's: setup, [restore], onFitStart, onTrainStart, onTrainEpochStart, (onTrainBatchStart, step,
 * onTrainBatchEnd)*, onTrainEpochEnd, onTrainEnd, onFitEnd, teardown.
 */
export interface HostHooks {
  setup(context: HookContext): void | Promise<void>;
  onFitStart(context: HookContext): void | Promise<void>;
  onTrainStart(context: HookContext): void | Promise<void>;
  onTrainEpochStart(context: HookContext): void | Promise<void>;
  /** Returning `'end-epoch'` skips this batch and the rest of its epoch. */
  onTrainBatchStart(context: HookContext): BatchVerdict | Promise<BatchVerdict>;
  onTrainBatchEnd(context: HookContext, result: BatchResult): void | Promise<void>;
  onTrainEpochEnd(context: HookContext): void | Promise<void>;
  onTrainEnd(context: HookContext): void | Promise<void>;
  onFitEnd(context: HookContext): void | Promise<void>;
  /** Runs always, also after a failure of the run or of another plugin. */
  teardown(context: HookContext): void | Promise<void>;
  /** The run failed or was interrupted. */
  onException(context: HookContext, error: unknown): void | Promise<void>;
  /** The run's state is about to be written. */
  onSaveCheckpoint(context: HookContext, state: RunState): void | Promise<void>;
  /** The run's state was read and is about to be restored. */
  onLoadCheckpoint(context: HookContext, state: RunState): void | Promise<void>;
}

// `void` stands for "no verdict": a hook without a return statement.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type BatchVerdict = void | 'end-epoch';

/** Every hook that a plugin or a training module may have. */
export interface Hooks extends StepHooks, HostHooks {}

/** A plugin's own state, saved in and restored from checkpoints. */
export interface Stateful {
  pluginState(): Json;
  restorePluginState(state: Json): void;
}

/** What a plugin class looks like: any hooks, and optionally state. */
export type PluginHooks = Partial<Hooks> & Partial<Stateful>;
