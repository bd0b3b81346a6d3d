import type { ScheduleRun } from '../../contracts';
import type { StepPosition } from '../../nn';
import type { ProgressCounter } from './progress-counter';

/** The position of a fit as its steps see it; outside a training step, that of the next update. */
export function trainingPosition(progress: ProgressCounter): StepPosition {
  return {
    get step() {
      return progress.resumePoint.globalStep;
    },
    get batchOfUpdate() {
      return progress.batchOfUpdate;
    },
    run: runAt(progress, () => progress.nextEpoch),
  };
}

/**
 * The position for a validation, which sees the values of the previous update, or those of the first update before
 * there was one.
 */
export function validationPosition(progress: ProgressCounter): StepPosition {
  return {
    get step() {
      return Math.max(0, progress.resumePoint.globalStep - 1);
    },
    batchOfUpdate: 0,
    run: runAt(progress, () => progress.moment.epoch),
  };
}

function runAt({ bounds }: ProgressCounter, epoch: () => number): ScheduleRun {
  const { accumulation, batchesPerEpoch, totalSteps, plannedEpochs } = bounds;
  return {
    get epoch() {
      return epoch();
    },
    get stepsPerEpoch() {
      return Math.ceil(batchesPerEpoch / accumulation.at(epoch()));
    },
    maxEpochs: plannedEpochs,
    totalSteps,
    stepsIn: (epochs) => accumulation.updates(epochs, batchesPerEpoch),
  };
}
