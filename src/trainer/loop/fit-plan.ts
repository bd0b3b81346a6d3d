import { completeTrainerOptions } from '../../contracts';
import type { FitPlan, TrainerOptions } from '../../contracts';
import { FulgurError } from '../../errors';
import { Accumulation } from './accumulation';
import { fastBatches, limitBatches } from './limit-batches';

/** How long a fit is. */
export interface FitBounds extends FitPlan {
  readonly maxSteps: number | null;
  /** Batches that make one update. */
  readonly accumulation: Accumulation;
  /** Epochs and updates before which no hook's wish ends the fit. */
  readonly minEpochs: number;
  readonly minSteps: number;
}

/**
 * Works out batches, epochs and updates ahead.
 *
 * @param available batches that the data has in an epoch.
 * @throws FulgurError `trainer` when there would be nothing to train on.
 */
export function planFit(given: Partial<TrainerOptions>, available: number): FitBounds {
  const options = completeTrainerOptions(given);
  const fast = fastBatches(options.fastDevRun);
  const maxSteps = fast ?? options.maxSteps;
  const maxEpochs = fast === null ? options.maxEpochs : 1;
  const batchesPerEpoch = fast === null ? trainBatches(options, available) : Math.min(fast, available);
  if (available < 1) {
    throw new FulgurError('trainer', {
      what: 'The data has no batch of training samples.',
      why: 'A last batch that is not full is left out where dropLast is set.',
      fix: 'Lower data.batchSize, or give more data.',
    });
  }
  const { minEpochs, minSteps } = fast === null ? options : { minEpochs: 0, minSteps: 0 };
  const accumulation = new Accumulation(options.accumulateGradBatches);
  const epochSteps = maxEpochs === null ? Infinity : accumulation.updates(maxEpochs, batchesPerEpoch);
  const totalSteps = Math.min(epochSteps, maxSteps ?? Infinity);
  return {
    batchesPerEpoch,
    maxEpochs,
    maxSteps,
    accumulation,
    minEpochs,
    minSteps,
    totalSteps: totalSteps === Infinity ? null : totalSteps,
  };
}

function trainBatches({ limitTrainBatches, overfitBatches }: TrainerOptions, available: number): number {
  return overfitBatches === null
    ? limitBatches(available, limitTrainBatches, 'limitTrainBatches')
    : limitBatches(available, overfitBatches, 'overfitBatches');
}

/** What must be done before a hook may end the fit, in words. */
export function minimumOf({ minEpochs, minSteps }: FitBounds): string {
  const wanted = [
    ...(minEpochs > 0 ? [`minEpochs ${minEpochs}`] : []),
    ...(minSteps > 0 ? [`minSteps ${minSteps}`] : []),
  ];
  return wanted.join(' and ');
}
