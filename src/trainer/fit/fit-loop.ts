import type { BatchResult } from '../../contracts';
import { setRandomPosition } from '../../engine';
import { isInterruption } from '../../errors';
import type { Validation } from '../evaluation/validation';
import { reduceOverRanks } from '../log/metric-reduction';
import type { TrainerScope } from '../trainer-scope';
import { batchSizeOf } from '../step/batch-tensors';
import type { CheckedBatches } from '../step/checked-batches';
import type { StepRunner } from '../step/step-runner';
import type { MetricPublisher } from './metric-publisher';
import type { ProgressCounter } from './progress-counter';

/** The parts that the loop uses. */
export interface FitLoopParts<B> {
  readonly data: CheckedBatches<B>;
  readonly step: StepRunner<B>;
  readonly progress: ProgressCounter;
  readonly publisher: MetricPublisher;
  /** `null` for a fit without validation. */
  readonly validation: Validation | null;
}

/** Trains epoch after epoch, from the resume point to the end of the plan or until a hook or the user ends it. */
export class FitLoop<B> {
  readonly #scope: TrainerScope<B>;
  readonly #parts: FitLoopParts<B>;
  /** Whether any rank has a hook that may end an epoch. */
  #mayEndEpoch: boolean | null = null;

  constructor(scope: TrainerScope<B>, parts: FitLoopParts<B>) {
    this.#scope = scope;
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const { control } = this.#scope.parts;
    const { progress, publisher } = this.#parts;
    publisher.sayWhatIsLeftOut();
    // A run that was cut off after its last update still has to end the epoch of that update.
    let more = !progress.isComplete() || progress.resumePoint.nextBatch > 0;
    // A run that was to end in the middle of an epoch, but was cut off before it did, still has to end that epoch.
    let unfinished = progress.resumePoint.nextBatch > 0 && !control.isInterrupted();
    while (more && (unfinished || !control.isEnding())) {
      await this.#epoch();
      more = !progress.isComplete();
      unfinished = false;
    }
    // Stopped at an epoch's end: the last step's row was not known to be the last.
    if (!control.isInterrupted()) publisher.publishStep();
  }

  /**
   * Trains until the epoch or the run's plan ends, or until a hook or the user ends it. As in Lightning,
   * `onTrainEpochStart` is not called again for an epoch that resumes in its middle, and `onTrainEpochEnd` also ends an
   * epoch that was cut short by `maxSteps` or `stop`. An interrupted epoch does not end: it is to be resumed.
   */
  async #epoch(): Promise<void> {
    const { hooks, log, parts } = this.#scope;
    const { control, events } = parts;
    const { progress, publisher, validation } = this.#parts;
    const started = performance.now();
    const resumed = progress.resumePoint.nextBatch > 0;
    progress.startEpoch();
    if (!resumed) await hooks.call('onTrainEpochStart', []);
    events.emit('epochStarted', progress.snapshot());

    const cutShort = await this.#trainBatches();
    if (cutShort && !control.isInterrupted()) await validation?.runAtEarlyEnd();
    const ended = cutShort || progress.isEpochComplete();
    if (control.isInterrupted()) return;
    const before = { point: progress.resumePoint, metrics: log.metrics.state() };
    await this.#reduceMetrics(ended);
    if (ended) progress.finishEpoch();
    try {
      // Monitors save the run's state, so logged values are published before they count as done.
      await hooks.call('onTrainEpochEnd', [], () => {
        publisher.publishEpoch();
      });
    } catch (error) {
      // The epoch has not ended: a resumed run ends it, including the work of all hooks.
      if (isInterruption(error)) {
        progress.goBack(before.point);
        log.metrics.restore(before.metrics);
      }
      throw error;
    }
    publisher.publishEpoch();
    await control.settle();
    const seconds = (performance.now() - started) / 1000;
    const done = progress.snapshot();
    events.emit('epochEnded', done, log.metrics.ofEpoch(done.epoch), seconds);
  }

  /** @returns whether a hook ended the epoch. */
  async #trainBatches(): Promise<boolean> {
    const { control } = this.#scope.parts;
    const { progress, data } = this.#parts;
    const startBatch = progress.resumePoint.nextBatch;
    // A run that was cut off between a batch and the validation after it resumes with that validation.
    if (startBatch > 0) await this.#validateIfDue();
    if (progress.isEpochComplete() || progress.isComplete() || control.isEnding()) return false;
    const { batchesPerEpoch } = progress.bounds;
    if (startBatch > 0) await data.requireStart(progress.resumePoint.epoch);
    // Counted from `startBatch`, so that no batch is prepared that a limit cuts off.
    const limit = batchesPerEpoch < data.batchesPerEpoch ? { limit: batchesPerEpoch - startBatch } : {};
    let index = startBatch;
    let betweenUpdates = true;
    let waitingSince = performance.now();
    for await (const batch of data.epoch(progress.resumePoint.epoch, { startBatch, ...limit })) {
      const dataSeconds = (performance.now() - waitingSince) / 1000;
      if (betweenUpdates && control.isEnding()) return false;
      if ((await this.#trainBatch(batch, index, dataSeconds)) === 'end-epoch') return true;
      index += 1;
      await this.#validateIfDue();
      // Another batch would be requested only to be discarded.
      if (progress.isEpochComplete() || progress.isComplete()) return false;
      // An update of several batches is completed first: in its middle there is no state from which to resume.
      betweenUpdates = progress.isUpdate;
      if (betweenUpdates && control.isEnding()) return false;
      waitingSince = performance.now();
    }
    return false;
  }

  async #trainBatch(batch: B, index: number, dataSeconds: number): Promise<'end-epoch' | 'trained'> {
    const { hooks, log, parts } = this.#scope;
    const { events, control } = parts;
    const { progress, step, publisher } = this.#parts;
    const batchSize = batchSizeOf(batch);
    progress.startBatch(index);
    log.batchSize = batchSize;
    log.metrics.startBatch();
    if (await this.#endsEpoch((await hooks.call('onTrainBatchStart', [batch])).includes('end-epoch'))) {
      step.dropAccumulated();
      return 'end-epoch';
    }

    const { globalStep, epoch } = progress.resumePoint;
    const { isUpdate } = progress;
    const outcome = await step.run(batch, { step: globalStep, epoch, batchIndex: index, isUpdate });
    progress.finishBatch();
    // For work between steps, such as computing features of images.
    setRandomPosition(progress.resumePoint.globalStep);
    for (const value of outcome.logged) log.metrics.record(value, batchSize);

    const result: BatchResult = {
      loss: outcome.loss,
      updated: isUpdate,
      batchSize,
      stepSeconds: outcome.seconds,
      dataSeconds,
    };
    await hooks.call('onTrainBatchEnd', [result, batch], () => {
      publisher.publishStepIfDue();
    });
    if (isUpdate) await control.settle();
    publisher.publishStepIfDue();
    if (isUpdate && control.stopReason !== null && !control.isInterrupted()) publisher.publishStep();
    events.emit('batchEnded', progress.snapshot(), result, log.metrics.progressBar());
    return 'trained';
  }

  async #validateIfDue(): Promise<void> {
    if ((await this.#parts.validation?.runIfDue()) === true) await this.#scope.parts.control.settle();
  }

  /**
   * A hook's decision on one rank applies to all ranks; if no rank has such a hook, they need not synchronise after
   * each batch.
   */
  async #endsEpoch(wish: boolean): Promise<boolean> {
    const { hooks, parts } = this.#scope;
    const { ranks } = parts.strategy;
    if (ranks.worldSize === 1) return wish;
    this.#mayEndEpoch ??= await ranks.anyRank(hooks.has('onTrainBatchStart'));
    return this.#mayEndEpoch && (await ranks.anyRank(wish));
  }

  async #reduceMetrics(restart: boolean): Promise<void> {
    const { log, parts } = this.#scope;
    log.metrics.reduceEpoch(await reduceOverRanks(parts.strategy.ranks, log.metrics.parts()), { restart });
  }
}
