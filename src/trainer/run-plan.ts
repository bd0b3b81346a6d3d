import type { AccumulationSchedule, EvaluationKind, FitPlan, TrainerOptions } from '../contracts';
import { FulgurError } from '../errors';
import { evaluationKinds } from './evaluation/evaluation-kind';

/** How long a fit is. */
export interface FitBounds extends FitPlan {
  readonly maxSteps: number | null;
  /** Batches that make one update. */
  readonly accumulation: Accumulation;
  /** Epochs and updates before which no hook's wish ends the fit. */
  readonly minEpochs: number;
  readonly minSteps: number;
  /** Epochs that the fit begins, as `maxEpochs` or `maxSteps` ends it; `null` for an endless one. */
  readonly plannedEpochs: number | null;
}

/**
 * Works out batches, epochs and updates ahead.
 *
 * @param available batches that the data has in an epoch.
 * @throws FulgurError `trainer` when there would be nothing to train on.
 */
export function planFit(options: TrainerOptions, available: number): FitBounds {
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
    plannedEpochs:
      totalSteps === Infinity
        ? null
        : accumulation.epochsOf(totalSteps, batchesPerEpoch, maxEpochs ?? totalSteps),
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
  limits: TrainerOptions,
  available: number,
  batchesPerEpoch: number,
): ValidationPlan {
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
export function planEvaluation(kind: EvaluationKind, limits: TrainerOptions, available: number): number {
  const fast = fastBatches(limits.fastDevRun);
  if (fast !== null) return Math.min(fast, available);
  const { limit } = evaluationKinds[kind];
  return limitBatches(available, limits[limit], limit);
}

/** How many batches make an update, epoch by epoch. */
export class Accumulation {
  /** Epochs and what holds from them on, the last first. */
  readonly #changes: readonly (readonly [epoch: number, batches: number])[];

  constructor(schedule: AccumulationSchedule) {
    const changes = typeof schedule === 'number' ? { 0: schedule } : schedule;
    this.#changes = Object.entries(changes)
      .map(([epoch, batches]) => [Number(epoch), batches] as const)
      .sort(([a], [b]) => b - a);
  }

  /** Batches of an update in an epoch. */
  at(epoch: number): number {
    return this.#changes.find(([from]) => from <= epoch)?.[1] ?? 1;
  }

  /** Whether any epoch's updates take several batches. */
  get isEver(): boolean {
    return this.#changes.some(([, batches]) => batches > 1);
  }

  /** Every number of batches that an update may take. */
  get choices(): number[] {
    return this.#changes.map(([, batches]) => batches);
  }

  /** Updates in epochs of so many batches, from the first to before `epochs`. */
  updates(epochs: number, batchesPerEpoch: number): number {
    let total = 0;
    let until = epochs;
    for (const [from, batches] of [...this.#changes, [0, 1] as const]) {
      if (from >= until) continue;
      total += (until - from) * Math.ceil(batchesPerEpoch / batches);
      until = from;
    }
    return total;
  }

  /** Epochs that so many updates reach into, at most `limit`. */
  epochsOf(updates: number, batchesPerEpoch: number, limit: number): number {
    let [enough, tooFew] = [limit, 0];
    while (enough - tooFew > 1) {
      const middle = Math.floor((enough + tooFew) / 2);
      if (this.updates(middle, batchesPerEpoch) >= updates) enough = middle;
      else tooFew = middle;
    }
    return enough;
  }
}

/**
 * Batches that a limit leaves: a whole number of them, or a fraction below 1; `null` leaves all.
 *
 * @param option the limit's name in errors.
 * @throws FulgurError `trainer` where a fraction leaves none.
 */
function limitBatches(available: number, limit: number | null, option: string): number {
  if (limit === null) return available;
  if (limit >= 1 || limit === 0) return Math.min(Math.floor(limit), available);
  const batches = Math.floor(available * limit);
  if (batches > 0 || available < 1) return batches;
  throw new FulgurError('trainer', {
    what: `trainer.${option} is ${limit}, which is less than one of ${available} batches.`,
    fix: `Set it to at least ${Math.ceil((1 / available) * 1000) / 1000}, or to a whole number of batches.`,
  });
}

/** Batches that `fastDevRun` asks for; `null` where it is off. */
function fastBatches(fastDevRun: boolean | number): number | null {
  if (fastDevRun === false || fastDevRun === 0) return null;
  return fastDevRun === true ? 1 : fastDevRun;
}

/** What a limit of 1 does: one batch, where Lightning's `1.0` means all of them. */
const meanings = {
  limitTrainBatches: 'each epoch trains on one batch',
  overfitBatches: 'every epoch trains on the same one batch',
  limitValBatches: 'each validation looks at one batch',
  limitTestBatches: 'the test looks at one batch',
  limitPredictBatches: 'the prediction covers one batch',
  valCheckInterval: 'validation runs after every batch',
} as const satisfies Partial<Record<keyof TrainerOptions, string>>;

export type BatchLimit = keyof typeof meanings;

/**
 * A sentence for each limit of exactly 1. JavaScript cannot tell Lightning's `1` from its `1.0`, and a user who meant the
 * other one should hear of it before the run has cost anything.
 */
export function sayOneBatchLimits(options: TrainerOptions, limits: readonly BatchLimit[]): readonly string[] {
  if (fastBatches(options.fastDevRun) !== null) return [];
  return limits
    .filter((limit) => options[limit] === 1)
    .map((limit) => {
      const all = limit === 'valCheckInterval' ? "validates at the epoch's end" : 'takes all batches';
      return `trainer.${limit} is 1: ${meanings[limit]}. null (the default) ${all}, and a number below 1 is a fraction.`;
    });
}
