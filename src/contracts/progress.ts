/** Where a fit stands. Counters count finished things; `batchIndex` is the current batch. */
export interface FitProgress {
  /** Current epoch, from 0. */
  readonly epoch: number;
  /** Index of the current batch within its epoch, from 0. */
  readonly batchIndex: number;
  /** Optimiser updates done since the beginning of training. */
  readonly globalStep: number;
  /** Training batches in an epoch, after `limitTrainBatches`. */
  readonly batchesPerEpoch: number;
  /** Total epochs, or `null` where only `maxSteps` ends the run. */
  readonly maxEpochs: number | null;
  /** Total optimiser updates, or `null` where only `maxEpochs` ends the run. */
  readonly maxSteps: number | null;
}

/** What `configureOptimizers` may need to know about the run ahead. */
export interface FitPlan {
  readonly batchesPerEpoch: number;
  readonly maxEpochs: number | null;
  /** Optimiser updates in the whole run; `null` for an endless run. */
  readonly totalSteps: number | null;
}

/** What a schedule may know of the run around its step. */
export interface ScheduleRun {
  /** The epoch of the step, from 0. */
  readonly epoch: number;
  /** Epochs of the whole run, the last of which may be cut short; `null` for an endless run. */
  readonly maxEpochs: number | null;
  /** Optimiser updates in the whole run; `null` for an endless run. */
  readonly totalSteps: number | null;
  /** Optimiser updates in the current epoch. */
  readonly stepsPerEpoch: number;
  /** Optimiser updates in so many epochs, counted from the first. */
  stepsIn(epochs: number): number;
}
