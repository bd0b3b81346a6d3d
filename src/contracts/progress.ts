/** The progress of a fit. Counters count finished things; `batchIndex` is the current batch. */
export interface FitProgress {
  /** Current epoch, from 0. */
  readonly epoch: number;
  /** Index of the current batch within its epoch, from 0. */
  readonly batchIndex: number;
  /** Optimiser updates done since training started. */
  readonly globalStep: number;
  /** Training batches per epoch, after `limitTrainBatches`. */
  readonly batchesPerEpoch: number;
  /** Total epochs, or `null` if only `maxSteps` ends the run. */
  readonly maxEpochs: number | null;
  /** Total optimiser updates, or `null` if only `maxEpochs` ends the run. */
  readonly maxSteps: number | null;
}

/** What `configureOptimizers` may need to know about the planned run. */
export interface FitPlan {
  readonly batchesPerEpoch: number;
  readonly maxEpochs: number | null;
  /** Optimiser updates in the whole run; `null` for an endless run. */
  readonly totalSteps: number | null;
}

/** What a schedule can know about the run. */
export interface ScheduleRun {
  /** The epoch of the step, from 0. */
  readonly epoch: number;
  /** Epochs in the whole run, of which the last may be cut short; `null` for an endless run. */
  readonly maxEpochs: number | null;
  /** Optimiser updates in the whole run; `null` for an endless run. */
  readonly totalSteps: number | null;
  /** Optimiser updates in the current epoch. */
  readonly stepsPerEpoch: number;
  /** Optimiser updates in the first `epochs` epochs. */
  stepsIn(epochs: number): number;
}
