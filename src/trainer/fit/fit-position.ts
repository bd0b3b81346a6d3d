import type { ScheduleRun } from '../../contracts';
import type { StepPosition } from '../../nn';
import type { ProgressCounter } from './progress-counter';

/** Where a fit stands for what its steps compute: in a training step, and before it for the update to come. */
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

/** The same for a validation, which sees the values of the update before it; the first update's before there was one. */
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
