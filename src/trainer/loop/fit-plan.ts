import type { FitPlan, TrainerOptions } from '../../contracts';
import { FulgurError } from '../../errors';
import { Accumulation } from './accumulation';
import { fastBatches, limitBatches } from './limit-batches';

/** The trainer options that say how long a fit is; a `limitTrainBatches` of 1 is one batch. */
export type FitLimits = Partial<
  Pick<
    TrainerOptions,
    | 'maxEpochs'
    | 'maxSteps'
    | 'minEpochs'
    | 'minSteps'
    | 'accumulateGradBatches'
    | 'limitTrainBatches'
    | 'overfitBatches'
    | 'fastDevRun'
  >
>;

/** Epochs of a run that neither `maxEpochs` nor `maxSteps` limits, as in Lightning. */
const DEFAULT_EPOCHS = 1000;

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
export function planFit(limits: FitLimits, available: number): FitBounds {
  const fast = fastBatches(limits.fastDevRun);
  const maxSteps = fast ?? limits.maxSteps ?? null;
  const maxEpochs = fast === null ? (limits.maxEpochs ?? (maxSteps === null ? DEFAULT_EPOCHS : null)) : 1;
  const batchesPerEpoch = fast === null ? trainBatches(limits, available) : Math.min(fast, available);
  if (available < 1) {
    throw new FulgurError('trainer', {
      what: 'The data has no batch of training samples.',
      why: 'A last batch that is not full is left out where dropLast is set.',
      fix: 'Lower data.batchSize, or give more data.',
    });
  }
  const { minEpochs = 0, minSteps = 0 } = fast === null ? limits : {};
  const accumulation = new Accumulation(limits.accumulateGradBatches);
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

function trainBatches({ limitTrainBatches, overfitBatches }: FitLimits, available: number): number {
  const overfit = overfitBatches ?? null;
  return overfit === null
    ? limitBatches(available, limitTrainBatches, 'limitTrainBatches')
    : limitBatches(available, overfit, 'overfitBatches');
}

/** What must be done before a hook may end the fit, in words. */
export function minimumOf({ minEpochs, minSteps }: FitBounds): string {
  const wanted = [
    ...(minEpochs > 0 ? [`minEpochs ${minEpochs}`] : []),
    ...(minSteps > 0 ? [`minSteps ${minSteps}`] : []),
  ];
  return wanted.join(' and ');
}
