import type * as tf from '@tensorflow/tfjs-core';
import type { Json } from './json';
import type { HostLog, StepLog } from './log';
import type { RunTask } from './long-task';
import type { FitProgress } from './progress';
import type { RunState } from './run-state';
import type { StateDict } from './state';

/**
 * Gradients by state-dict name of their parameter, in Fulgur's internal layout (convolutions `[kh, kw, in, out]`). A
 * parameter that the loss does not reach has none, as in PyTorch, and is left alone by the update.
 */
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
  onAfterForward?(output: unknown, context: StepContext): void;
  /** The loss before its gradients are taken; a returned scalar takes its place. */
  onBeforeBackward?(loss: tf.Scalar, context: StepContext): tf.Scalar | undefined;
  /** The raw gradients; a returned map takes their place. */
  onAfterBackward?(gradients: Gradients, context: StepContext): Gradients | undefined;
  /** The last look at the gradients before the update; a returned map takes their place. */
  onBeforeOptimizerStep?(gradients: Gradients, context: StepContext): Gradients | undefined;
}

/** What a trainer is at. Validation within a fit is part of `fit`; the check before its first batch is not. */
export type Stage = 'fit' | 'sanity-check' | 'validate' | 'test' | 'predict' | 'inspect';

/** A metric's value, and when it was measured: the same in a run that was resumed as in one that never stopped. */
export interface Measurement {
  readonly value: number;
  /** Optimiser updates that were done. */
  readonly step: number;
  /** The epoch in which it was measured, from 0. */
  readonly epoch: number;
  /** How often this metric has been measured in the run, from 1. */
  readonly serial: number;
  /** A value of one batch, of a training epoch as a whole, or of an evaluation. */
  readonly source: 'step' | 'epoch' | 'evaluation';
}

/** What a host hook sees of the run, and the little that it may do to it. */
export interface HookContext {
  readonly stage: Stage;
  readonly progress: FitProgress;
  /** The newest value of every logged metric, however old it is; `measured` tells when it was measured. */
  readonly metrics: Readonly<Record<string, number>>;
  /**
   * The newest measurement of a metric, or `undefined` where there is none. A metric keeps its value until it is measured
   * again: whoever counts values passes the `serial` of the last one that it has seen as `since`, and gets only a newer one.
   */
  readonly measured: (name: string, since?: number) => Measurement | undefined;
  /**
   * Whether a metric should have been measured by now, as far as the run can tell: a training epoch was finished, and a
   * validation where the fit has one; for a metric that a plugin announces in `measures()`, an epoch at which it measures.
   */
  readonly isDue: (name: string) => boolean;
  readonly log: HostLog;
  /** Ends training after the current update, or later where a minimum is set; `reason` is shown to the user. */
  readonly stop: (reason: string) => void;
  /** Runs what takes longer than a few seconds, such as an evaluation. */
  readonly task: RunTask;
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
  /** Runs always, also after a failure of the run or of another plugin. */
  teardown?(context: HookContext): void | Promise<void>;
  /** The run failed or was interrupted. */
  onException?(context: HookContext, error: unknown): void | Promise<void>;
  /** The run's state is about to be written. */
  onSaveCheckpoint?(context: HookContext, state: RunState): void | Promise<void>;
  /** The run's state was read and is about to be restored. */
  onLoadCheckpoint?(context: HookContext, state: RunState): void | Promise<void>;
}

/** What `onTrainBatchStart` returns: nothing, or that the epoch ends here. */
// `void` stands for "no verdict": a hook without a return statement.
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type
export type BatchVerdict = void | 'end-epoch';

/** Every hook that a plugin or a training module may have. */
export interface Hooks<B = unknown> extends StepHooks, HostHooks<B> {}

/** What is to be known of a hook besides its arguments. */
export interface HookRow {
  readonly kind: 'step' | 'host';
  /**
   * How `log` records there where it is not told: for the step or for the epoch; `null` where there is neither. Lightning's
   * table of `self.log`.
   */
  readonly logs: 'per-step' | 'per-epoch' | null;
  /**
   * What a value that a host hook logs stands for: a batch, and so it weighs as many samples; the whole epoch, of which
   * nothing is still to come; or itself, once in the epoch's mean.
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

/** The hooks, a row each: their names, the check for misspelt ones and the rules of `log` derive from it. */
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
  /** @param tensors what `pluginTensors` gave; empty where there were none. */
  restorePluginState(state: Json, tensors: StateDict): void;
}

/** Tensors that belong to a plugin's state, such as averaged weights. */
export interface TensorState {
  pluginTensors(): StateDict;
}

/** A metric that is measured at the end of every n-th epoch. */
export interface PlannedMetric {
  readonly metric: string;
  readonly everyNEpochs: number;
}

/** A plugin that measures on a schedule of its own, so that whoever watches its metrics waits for their first values. */
export interface Measuring {
  measures(): readonly PlannedMetric[];
}

/** What a plugin class looks like: any hooks, and optionally state. */
export type PluginHooks = Hooks & Partial<Stateful> & Partial<TensorState> & Partial<Measuring>;
