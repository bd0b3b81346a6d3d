import type { FitProgress, ResumePoint } from '../../contracts';
import type { FitBounds } from '../run-plan';

/** The position of a fit, and the point from which it would resume. */
export class ProgressCounter {
  readonly bounds: FitBounds;
  #epoch: number;
  #batchIndex: number;
  #resume: ResumePoint;

  constructor(bounds: FitBounds, from: ResumePoint = { epoch: 0, nextBatch: 0, globalStep: 0 }) {
    this.bounds = bounds;
    this.#epoch = from.epoch;
    this.#batchIndex = this.#batchWithin(from.nextBatch);
    this.#resume = from;
  }

  /** The position of the next training batch, which a checkpoint written now would record. */
  get resumePoint(): ResumePoint {
    return this.#resume;
  }

  /** The epoch of the next update. */
  get nextEpoch(): number {
    return this.isEpochComplete() ? this.#resume.epoch + 1 : this.#resume.epoch;
  }

  /** Whether all planned updates are done. */
  isComplete(): boolean {
    const { maxEpochs, maxSteps } = this.bounds;
    const { epoch, globalStep } = this.#resume;
    return (maxEpochs !== null && epoch >= maxEpochs) || (maxSteps !== null && globalStep >= maxSteps);
  }

  /** Whether the minimum before which a hook cannot end the fit is done. */
  isMinimumDone(): boolean {
    const { minEpochs, minSteps } = this.bounds;
    const { epoch, globalStep } = this.#resume;
    // After its last batch an epoch counts as done, even though its end hooks have not run.
    return epoch + (this.isEpochComplete() ? 1 : 0) >= minEpochs && globalStep >= minSteps;
  }

  /** Whether the current epoch has no batches left. */
  isEpochComplete(): boolean {
    return this.#resume.nextBatch >= this.bounds.batchesPerEpoch;
  }

  /** Whether the update just made is the last planned one. */
  isLastUpdateDone(): boolean {
    const { maxEpochs } = this.bounds;
    return (
      this.isComplete() ||
      (maxEpochs !== null && this.#resume.epoch >= maxEpochs - 1 && this.isEpochComplete())
    );
  }

  /** The number of updates in the current epoch. */
  get updatesInEpoch(): number {
    return Math.ceil(this.bounds.batchesPerEpoch / this.batchesPerUpdate);
  }

  /** Starts the epoch of the resume point. */
  startEpoch(): void {
    this.#epoch = this.#resume.epoch;
    this.#batchIndex = this.#batchWithin(this.#resume.nextBatch);
  }

  startBatch(batchIndex: number): void {
    this.#batchIndex = batchIndex;
  }

  /** Whether the current batch completes an update: the last one of each group, and the last one of the epoch. */
  get isUpdate(): boolean {
    const { batchesPerEpoch } = this.bounds;
    const done = this.#batchIndex + 1;
    return done % this.batchesPerUpdate === 0 || done >= batchesPerEpoch;
  }

  /** The index of the current batch within its update, from 0. */
  get batchOfUpdate(): number {
    return this.#batchIndex % this.batchesPerUpdate;
  }

  /** Counts the current batch as done, and its update if the batch completes it. */
  finishBatch(): void {
    const { epoch, globalStep } = this.#resume;
    const nextBatch = this.#batchIndex + 1;
    this.#resume = { epoch, nextBatch, globalStep: this.isUpdate ? globalStep + 1 : globalStep };
  }

  /** Counts the validation that was due here as done. */
  finishValidation(): void {
    this.#resume = { ...this.#resume, validated: true };
  }

  /** Ends the epoch: from here on a run resumes with the next one. */
  finishEpoch(): void {
    const { globalStep } = this.#resume;
    this.#resume = { epoch: this.#epoch + 1, nextBatch: 0, globalStep };
  }

  /** Reverts the end of the epoch. */
  goBack(point: ResumePoint): void {
    this.#resume = point;
  }

  /** The number of batches per update in the current epoch. */
  get batchesPerUpdate(): number {
    return this.bounds.accumulation.at(this.#epoch);
  }

  /** The position at which a value logged now is recorded. */
  get moment(): { readonly step: number; readonly epoch: number } {
    return { step: this.#resume.globalStep, epoch: this.#epoch };
  }

  snapshot(): FitProgress {
    const { batchesPerEpoch, maxEpochs, maxSteps } = this.bounds;
    return Object.freeze({
      epoch: this.#epoch,
      batchIndex: this.#batchIndex,
      globalStep: this.#resume.globalStep,
      batchesPerEpoch,
      maxEpochs,
      maxSteps,
    });
  }

  /** After an epoch's last batch, that epoch is still the current one. */
  #batchWithin(nextBatch: number): number {
    return Math.min(nextBatch, this.bounds.batchesPerEpoch - 1);
  }
}
