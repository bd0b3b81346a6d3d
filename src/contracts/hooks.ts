import type * as tf from '@tensorflow/tfjs-core';
import type { Json } from './json';
import type { HostLog, StepLog } from './log';
import type { RunTask } from './long-task';
import type { FitProgress } from './progress';
import type { RunState } from './run-state';
import type { StateDict } from './state';

/**
 * Gradients by state-dict name of their parameter, in Fulgur's internal layout (convolutions `[kh, kw, in, out]`). A
 * parameter that the loss does not reach has no gradient, as in PyTorch, and is not updated.
 */
export type Gradients = ReadonlyMap<string, tf.Tensor>;

/** What a step hook may use while the step is traced. */
export interface StepContext {
  readonly log: StepLog;
}

/**
 * Hooks that run while the training step is traced, with symbolic tensors: what they emit becomes part of the
 * compiled step. They are synchronous, and run once per trace, not once per step.
 */
export interface StepHooks {
  /** After each call of the module's `forward` within a training step, with what it returned. */
  onAfterForward?(output: unknown, context: StepContext): void;
  /** Receives the loss before its gradients are taken; a returned scalar replaces it. */
  onBeforeBackward?(loss: tf.Scalar, context: StepContext): tf.Scalar | undefined;
  /** Receives the raw gradients; a returned map replaces them. */
  onAfterBackward?(gradients: Gradients, context: StepContext): Gradients | undefined;
  /** Receives the gradients right before the update; a returned map replaces them. */
  onBeforeOptimizerStep?(gradients: Gradients, context: StepContext): Gradients | undefined;
}

/**
 * What a trainer is currently doing. Validation within a fit is part of `fit`; the sanity check before its first batch
 * is not.
 */
export type Stage = 'fit' | 'sanity-check' | 'validate' | 'test' | 'predict' | 'inspect';

/** A metric's value and when it was measured. A resumed run measures the same as one that never stopped. */
export interface Measurement {
  readonly value: number;
  /** Optimiser updates done by then. */
  readonly step: number;
  /** The epoch in which it was measured, from 0. */
  readonly epoch: number;
  /** The number of this measurement of the metric within the run, from 1. */
  readonly serial: number;
  /** Whether it is the value of one batch, of a whole training epoch or of an evaluation. */
  readonly source: 'step' | 'epoch' | 'evaluation';
}

/** What a host hook can see of the run, and the few things it can do to it. */
export interface HookContext {
  readonly stage: Stage;
  readonly progress: FitProgress;
  /** The latest value of every logged metric, however old; `measured` tells when it was measured. */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * The latest measurement of a metric, or `undefined` if there is none. A metric keeps its value until it is measured
   * again. To count values, pass the `serial` of the last one seen as `since`: only a newer one is then returned.
   */
  readonly measured: (name: string, since?: number) => Measurement | undefined;
  /**
   * Whether a metric should have been measured by now, as far as the run can tell: after a training epoch, and after a
   * validation if the fit has one. For a metric that a plugin announces in `measures()`: after an epoch in which the
   * plugin measures it.
   */
  readonly isDue: (name: string) => boolean;
  readonly log: HostLog;
  /** Ends training after the current update, or later if a minimum is set; `reason` is shown to the user. */
  readonly stop: (reason: string) => void;
  /** Runs work that takes longer than a few seconds, such as an evaluation. */
  readonly task: RunTask;
}

/** The result of a finished training batch. */
export interface BatchResult {
  readonly loss: number;
  /** Whether the parameters were updated; `false` while the gradients of several batches are being accumulated. */
  readonly updated: boolean;
  /** Samples in the batch, on this rank. */
  readonly batchSize: number;
  /** Seconds that the step took. */
  readonly stepSeconds: number;
  /** Seconds for which the loop waited for the batch. */
  readonly dataSeconds: number;
}

/** A finished batch of validation, test or prediction. */
export interface EvaluationBatchResult {
  /** Index of the batch within its evaluation, from 0. */
  readonly batchIndex: number;
  /** Batches of the evaluation. */
  readonly batches: number;
  /** Samples in the batch, on this rank. */
  readonly batchSize: number;
}

/**
 * Hooks around evaluation, with Lightning's names and order: onValidationStart, onValidationEpochStart,
 * (onValidationBatchStart, validationStep, onValidationBatchEnd)*, onValidationEpochEnd, onValidationEnd; likewise for
 * test and prediction. The model is in evaluation mode from the first to the last.
 *
 * @typeParam B the batch. Its tensors may be read, and cloned to be kept; they are the loader's to dispose.
 */
export interface EvaluationHooks<B = unknown> {
  /** Before the batches of validation that are tried out before training. */
  onSanityCheckStart?(context: HookContext): void | Promise<void>;
  onSanityCheckEnd?(context: HookContext): void | Promise<void>;
  onValidationStart?(context: HookContext): void | Promise<void>;
  onValidationEpochStart?(context: HookContext): void | Promise<void>;
  onValidationBatchStart?(context: HookContext, batch: B): void | Promise<void>;
  onValidationBatchEnd?(context: HookContext, result: EvaluationBatchResult, batch: B): void | Promise<void>;
  onValidationEpochEnd?(context: HookContext): void | Promise<void>;
  /** The validation's metrics are in `context.metrics`. */
  onValidationEnd?(context: HookContext): void | Promise<void>;
  onTestStart?(context: HookContext): void | Promise<void>;
  onTestEpochStart?(context: HookContext): void | Promise<void>;
  onTestBatchStart?(context: HookContext, batch: B): void | Promise<void>;
  onTestBatchEnd?(context: HookContext, result: EvaluationBatchResult, batch: B): void | Promise<void>;
  onTestEpochEnd?(context: HookContext): void | Promise<void>;
  onTestEnd?(context: HookContext): void | Promise<void>;
  onPredictStart?(context: HookContext): void | Promise<void>;
  onPredictEpochStart?(context: HookContext): void | Promise<void>;
  onPredictBatchStart?(context: HookContext, batch: B): void | Promise<void>;
  onPredictBatchEnd?(context: HookContext, result: EvaluationBatchResult, batch: B): void | Promise<void>;
  onPredictEpochEnd?(context: HookContext): void | Promise<void>;
  onPredictEnd?(context: HookContext): void | Promise<void>;
}

/**
 * Hooks that run in JavaScript at every occurrence, awaited one plugin after the other. The order within a fit is
 * Lightning's: setup, [restore], onFitStart, [sanity check], onTrainStart, onTrainEpochStart, (onTrainBatchStart, step,
 * onTrainBatchEnd, [validation])*, onTrainEpochEnd, onTrainEnd, onFitEnd, teardown. Validation at the end of an epoch
 * comes before onTrainEpochEnd.
 *
 * @typeParam B the batch, as in `EvaluationHooks`.
 */
export interface HostHooks<B = unknown> extends EvaluationHooks<B> {
  setup?(context: HookContext): void | Promise<void>;
  onFitStart?(context: HookContext): void | Promise<void>;
  onTrainStart?(context: HookContext): void | Promise<void>;
  onTrainEpochStart?(context: HookContext): void | Promise<void>;
  /** Returning `'end-epoch'` skips this batch and the rest of its epoch. */
  onTrainBatchStart?(context: HookContext, batch: B): BatchVerdict | Promise<BatchVerdict>;
  onTrainBatchEnd?(context: HookContext, result: BatchResult, batch: B): void | Promise<void>;
  onTrainEpochEnd?(context: HookContext): void | Promise<void>;
  onTrainEnd?(context: HookContext): void | Promise<void>;
  onFitEnd?(context: HookContext): void | Promise<void>;
  /** Always runs, even after the run or another plugin has failed. */
  teardown?(context: HookContext): void | Promise<void>;
  /** Called when the run has failed or was interrupted. */
  onException?(context: HookContext, error: unknown): void | Promise<void>;
  /** Called before the run's state is written. */
  onSaveCheckpoint?(context: HookContext, state: RunState): void | Promise<void>;
  /** Called when the run's state has been read, before it is restored. */
  onLoadCheckpoint?(context: HookContext, state: RunState): void | Promise<void>;
}

/** What `onTrainBatchStart` returns: nothing, or that the epoch ends here. */
// `void` stands for "no verdict": a hook without a return statement.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type BatchVerdict = void | 'end-epoch';

/** Every hook that a plugin or a training module may have. */
export interface Hooks<B = unknown> extends StepHooks, HostHooks<B> {}

/** The properties of a hook besides its arguments. */
export interface HookRow {
  readonly kind: 'step' | 'host';
  /**
   * How `log` records by default in this hook: per step or per epoch; `null` if neither. From Lightning's table of
   * `self.log`.
   */
  readonly logs: 'per-step' | 'per-epoch' | null;
  /**
   * What a value logged by a host hook stands for: a batch, weighted by its samples; the whole epoch, which is then
   * complete; or itself, counted once in the epoch's mean.
   */
  readonly counts: 'as-batch' | 'as-epoch' | 'once';
  /** Whether a batch is the last argument. */
  readonly givesBatch: boolean;
}

const inStep: HookRow = { kind: 'step', logs: 'per-step', counts: 'as-batch', givesBatch: false };
const silent: HookRow = { kind: 'host', logs: null, counts: 'once', givesBatch: false };
const silentBatch: HookRow = { ...silent, givesBatch: true };
const inEpoch: HookRow = { ...silent, logs: 'per-epoch' };
const epochEnd: HookRow = { ...inEpoch, counts: 'as-epoch' };
const evaluationBatch: HookRow = { ...inEpoch, counts: 'as-batch', givesBatch: true };
const trainBatch: HookRow = { ...evaluationBatch, logs: 'per-step' };

/** One row per hook. The hooks' names, the check for misspelt ones and the rules of `log` derive from this table. */
export const hookTable: Readonly<Record<keyof Hooks, HookRow>> = {
  onAfterForward: inStep,
  onBeforeBackward: inStep,
  onAfterBackward: inStep,
  onBeforeOptimizerStep: inStep,
  onSanityCheckStart: silent,
  onSanityCheckEnd: silent,
  onValidationStart: inEpoch,
  onValidationEpochStart: inEpoch,
  onValidationBatchStart: evaluationBatch,
  onValidationBatchEnd: evaluationBatch,
  onValidationEpochEnd: epochEnd,
  onValidationEnd: silent,
  onTestStart: inEpoch,
  onTestEpochStart: inEpoch,
  onTestBatchStart: evaluationBatch,
  onTestBatchEnd: evaluationBatch,
  onTestEpochEnd: epochEnd,
  onTestEnd: silent,
  onPredictStart: silent,
  onPredictEpochStart: silent,
  onPredictBatchStart: silentBatch,
  onPredictBatchEnd: silentBatch,
  onPredictEpochEnd: silent,
  onPredictEnd: silent,
  setup: silent,
  onFitStart: silent,
  onTrainStart: inEpoch,
  onTrainEpochStart: inEpoch,
  onTrainBatchStart: trainBatch,
  onTrainBatchEnd: trainBatch,
  onTrainEpochEnd: epochEnd,
  onTrainEnd: silent,
  onFitEnd: silent,
  teardown: silent,
  onException: silent,
  onSaveCheckpoint: silent,
  onLoadCheckpoint: silent,
};

/** A plugin's own state, saved in and restored from checkpoints. */
export interface Stateful {
  pluginState(): Json;
  /** @param tensors the result of `pluginTensors`; empty if there were none. */
  restorePluginState(state: Json, tensors: StateDict): void;
}

/** Tensors that belong to a plugin's state, such as averaged weights. */
export interface TensorState {
  pluginTensors(): StateDict;
}

/** A metric that is measured at the end of every Nth epoch. */
export interface PlannedMetric {
  readonly metric: string;
  readonly everyNEpochs: number;
}

/** A plugin that measures on its own schedule. Plugins that watch its metrics wait for their first values. */
export interface Measuring {
  measures(): readonly PlannedMetric[];
}

/** What a plugin class looks like: any hooks, and optionally state. */
export type PluginHooks = Hooks & Partial<Stateful> & Partial<TensorState> & Partial<Measuring>;
