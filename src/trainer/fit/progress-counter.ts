import type { FitProgress, ResumePoint } from '../../contracts';
import type { FitBounds } from '../run-plan';

/** Where a fit stands, and where it would go on. */
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

  /** The next batch to train on: what a checkpoint written now holds. */
  get resumePoint(): ResumePoint {
    return this.#resume;
  }

  /** The epoch of the update to come. */
  get nextEpoch(): number {
    return this.isEpochComplete() ? this.#resume.epoch + 1 : this.#resume.epoch;
  }

  /** Whether no further update is to be made. */
  isComplete(): boolean {
    const { maxEpochs, maxSteps } = this.bounds;
    const { epoch, globalStep } = this.#resume;
    return (maxEpochs !== null && epoch >= maxEpochs) || (maxSteps !== null && globalStep >= maxSteps);
  }

  /** Whether as much is done as must be before a hook may end the fit. */
  isMinimumDone(): boolean {
    const { minEpochs, minSteps } = this.bounds;
    const { epoch, globalStep } = this.#resume;
    // After its last batch an epoch is done, though what comes at its end is not.
    return epoch + (this.isEpochComplete() ? 1 : 0) >= minEpochs && globalStep >= minSteps;
  }

  /** Whether the current epoch has no batch left. */
  isEpochComplete(): boolean {
    return this.#resume.nextBatch >= this.bounds.batchesPerEpoch;
  }

  /** Whether the update that was just made is the last that is planned. */
  isLastUpdateDone(): boolean {
    const { maxEpochs } = this.bounds;
    return (
      this.isComplete() ||
      (maxEpochs !== null && this.#resume.epoch >= maxEpochs - 1 && this.isEpochComplete())
    );
  }

  /** Updates in the current epoch. */
  get updatesInEpoch(): number {
    return Math.ceil(this.bounds.batchesPerEpoch / this.batchesPerUpdate);
  }

  /** Begins the epoch of the resume point. */
  startEpoch(): void {
    this.#epoch = this.#resume.epoch;
    this.#batchIndex = this.#batchWithin(this.#resume.nextBatch);
  }

  startBatch(batchIndex: number): void {
    this.#batchIndex = batchIndex;
  }

  /** Whether the current batch ends an update: the last of every so many, and the last of the epoch. */
  get isUpdate(): boolean {
    const { batchesPerEpoch } = this.bounds;
    const done = this.#batchIndex + 1;
    return done % this.batchesPerUpdate === 0 || done >= batchesPerEpoch;
  }

  /** Which of the batches of its update the current one is, from 0. */
  get batchOfUpdate(): number {
    return this.#batchIndex % this.batchesPerUpdate;
  }

  /** The current batch is done, and its update where it ends one. */
  finishBatch(): void {
    const { epoch, globalStep } = this.#resume;
    const nextBatch = this.#batchIndex + 1;
    this.#resume = { epoch, nextBatch, globalStep: this.isUpdate ? globalStep + 1 : globalStep };
  }

  /** The validation that was due here is done. */
  finishValidation(): void {
    this.#resume = { ...this.#resume, validated: true };
  }

  /** The epoch is over: from here on a run resumes with the next one. */
  finishEpoch(): void {
    const { globalStep } = this.#resume;
    this.#resume = { epoch: this.#epoch + 1, nextBatch: 0, globalStep };
  }

  /** Takes back that the epoch is over. */
  goBack(point: ResumePoint): void {
    this.#resume = point;
  }

  /** Batches that make an update in the current epoch. */
  get batchesPerUpdate(): number {
    return this.bounds.accumulation.at(this.#epoch);
  }

  /** When what is logged now is measured. */
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

  /** After an epoch's last batch, that one is still the current one. */
  #batchWithin(nextBatch: number): number {
    return Math.min(nextBatch, this.bounds.batchesPerEpoch - 1);
  }
}
