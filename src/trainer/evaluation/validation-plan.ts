import { completeTrainerOptions } from '../../contracts';
import type { EvaluationKind, TrainerOptions } from '../../contracts';
import { FulgurError } from '../../errors';
import { Accumulation } from '../loop/accumulation';
import { fastBatches, limitBatches } from '../loop/limit-batches';
import { evaluationKinds } from './evaluation-kind';

/** When a fit validates, and on how many batches. */
export interface ValidationPlan {
  /** 0 where nothing is validated. */
  readonly batches: number;
  readonly sanityBatches: number;
  readonly everyNEpochs: number;
  /** Training batches between two validations; `null` for the epoch's end. */
  readonly everyNBatches: number | null;
}

/**
 * Works out a fit's validation.
 *
 * @param available batches of held-out data.
 * @param batchesPerEpoch training batches in an epoch.
 * @throws FulgurError `trainer` where the interval fits no epoch or no update.
 */
export function planValidation(
  given: Partial<TrainerOptions>,
  available: number,
  batchesPerEpoch: number,
): ValidationPlan {
  const limits = completeTrainerOptions(given);
  const fast = fastBatches(limits.fastDevRun);
  const batches =
    fast ?? limitBatches(available, limits.overfitBatches ?? limits.limitValBatches, 'limitValBatches');
  const sanity = fast === null ? limits.numSanityValSteps : 0;
  return {
    batches: Math.min(batches, available),
    sanityBatches: Math.min(sanity, batches, available),
    everyNEpochs: limits.checkValEveryNEpoch,
    everyNBatches: fast === null ? intervalOf(limits, batchesPerEpoch) : null,
  };
}

function intervalOf(
  { valCheckInterval, accumulateGradBatches }: TrainerOptions,
  batchesPerEpoch: number,
): number | null {
  if (valCheckInterval === null) return null;
  const interval =
    valCheckInterval < 1 ? Math.max(1, Math.floor(batchesPerEpoch * valCheckInterval)) : valCheckInterval;
  if (interval > batchesPerEpoch) {
    throw new FulgurError('trainer', {
      what: `trainer.valCheckInterval is ${interval}, and an epoch has ${batchesPerEpoch} batches.`,
      why: 'The fit would never be validated.',
      fix: 'Lower it, or leave it out and set trainer.checkValEveryNEpoch.',
    });
  }
  const cut = new Accumulation(accumulateGradBatches).choices.find((batches) => interval % batches !== 0);
  if (cut !== undefined) {
    throw new FulgurError('trainer', {
      what: `trainer.valCheckInterval is ${interval} batches, and an update takes ${cut}.`,
      why: 'Validation in the middle of an update would see no new weights.',
      fix: `Set it to a multiple of ${cut}.`,
    });
  }
  return interval;
}

/** Batches of an evaluation outside of a fit. */
export function planEvaluation(
  kind: EvaluationKind,
  limits: Partial<TrainerOptions>,
  available: number,
): number {
  const fast = fastBatches(limits.fastDevRun);
  if (fast !== null) return Math.min(fast, available);
  const { limit } = evaluationKinds[kind];
  return limitBatches(available, limits[limit], limit);
}
