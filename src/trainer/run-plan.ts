import type { AccumulationSchedule, EvaluationKind, FitPlan, TrainerOptions } from '../contracts';
import { FulgurError } from '../errors';
import { evaluationKinds } from './evaluation/evaluation-kind';

/** The length of a fit. */
export interface FitBounds extends FitPlan {
  readonly maxSteps: number | null;
  /** The number of batches per update. */
  readonly accumulation: Accumulation;
  /** The numbers of epochs and updates before which no hook can end the fit. */
  readonly minEpochs: number;
  readonly minSteps: number;
  /** The number of epochs that the fit starts, limited by `maxEpochs` or `maxSteps`; `null` for an endless fit. */
  readonly plannedEpochs: number | null;
}

/**
 * Plans batches, epochs and updates in advance.
 * @param available the number of batches per epoch in the data.
 * @throws FulgurError `trainer` if there is nothing to train on.
 */
export function planFit(options: TrainerOptions, available: number): FitBounds {
  const fast = fastBatches(options.fastDevRun);
  const maxSteps = fast ?? options.maxSteps;
  const maxEpochs = fast === null ? options.maxEpochs : 1;
  const batchesPerEpoch = fast === null ? trainBatches(options, available) : Math.min(fast, available);
  if (available < 1) {
    throw new FulgurError('trainer', {
      what: 'The data contains no batch of training samples.',
      why: 'With dropLast, an incomplete last batch is left out.',
      fix: 'Lower data.batchSize, or provide more data.',
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

/** Describes what must be done before a hook may end the fit. */
export function minimumOf({ minEpochs, minSteps }: FitBounds): string {
  const wanted = [
    ...(minEpochs > 0 ? [`minEpochs ${minEpochs}`] : []),
    ...(minSteps > 0 ? [`minSteps ${minSteps}`] : []),
  ];
  return wanted.join(' and ');
}

/** When a fit validates, and on how many batches. */
export interface ValidationPlan {
  /** 0 if nothing is validated. */
  readonly batches: number;
  readonly sanityBatches: number;
  readonly everyNEpochs: number;
  /** The number of training batches between two validations; `null` to validate at the end of an epoch. */
  readonly everyNBatches: number | null;
}

/**
 * Plans a fit's validation.
 * @param available the number of batches of held-out data.
 * @param batchesPerEpoch the number of training batches in an epoch.
 * @throws FulgurError `trainer` if the interval fits no epoch or no update.
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
      what: `trainer.valCheckInterval is ${interval}, but an epoch has ${batchesPerEpoch} batches.`,
      why: 'The fit would never validate.',
      fix: 'Lower it, or remove it and set trainer.checkValEveryNEpoch.',
    });
  }
  const cut = new Accumulation(accumulateGradBatches).choices.find((batches) => interval % batches !== 0);
  if (cut !== undefined) {
    throw new FulgurError('trainer', {
      what: `trainer.valCheckInterval is ${interval} batches, but an update takes ${cut}.`,
      why: 'A validation in the middle of an update would see no new weights.',
      fix: `Set it to a multiple of ${cut}.`,
    });
  }
  return interval;
}

/** Returns the number of batches of an evaluation outside a fit. */
export function planEvaluation(kind: EvaluationKind, limits: TrainerOptions, available: number): number {
  const fast = fastBatches(limits.fastDevRun);
  if (fast !== null) return Math.min(fast, available);
  const { limit } = evaluationKinds[kind];
  return limitBatches(available, limits[limit], limit);
}

/** The number of batches per update, for each epoch. */
export class Accumulation {
  /** Pairs of an epoch and the number of batches from that epoch on; the last pair first. */
  readonly #changes: readonly (readonly [epoch: number, batches: number])[];

  constructor(schedule: AccumulationSchedule) {
    const changes = typeof schedule === 'number' ? { 0: schedule } : schedule;
    this.#changes = Object.entries(changes)
      .map(([epoch, batches]) => [Number(epoch), batches] as const)
      .sort(([a], [b]) => b - a);
  }

  /** Returns the number of batches per update in an epoch. */
  at(epoch: number): number {
    return this.#changes.find(([from]) => from <= epoch)?.[1] ?? 1;
  }

  /** Whether the updates of any epoch take several batches. */
  get isEver(): boolean {
    return this.#changes.some(([, batches]) => batches > 1);
  }

  /** All numbers of batches that an update may take. */
  get choices(): number[] {
    return this.#changes.map(([, batches]) => batches);
  }

  /** Returns the number of updates before epoch `epochs`, for epochs of this many batches. */
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

  /** Returns the number of epochs in which this many updates take place, at most `limit`. */
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
 * Returns the number of batches that a limit leaves: a whole number of them, or a fraction below 1; `null` leaves all.
 * @param option the name of the limit in errors.
 * @throws FulgurError `trainer` if a fraction leaves none.
 */
function limitBatches(available: number, limit: number | null, option: string): number {
  if (limit === null) return available;
  if (limit >= 1 || limit === 0) return Math.min(Math.floor(limit), available);
  const batches = Math.floor(available * limit);
  if (batches > 0 || available < 1) return batches;
  throw new FulgurError('trainer', {
    what: `trainer.${option} is ${limit}, which is less than one batch of ${available}.`,
    fix: `Set it to at least ${Math.ceil((1 / available) * 1000) / 1000}, or to a whole number of batches.`,
  });
}

/** Returns the number of batches for `fastDevRun`; `null` if it is off. */
function fastBatches(fastDevRun: boolean | number): number | null {
  if (fastDevRun === false || fastDevRun === 0) return null;
  return fastDevRun === true ? 1 : fastDevRun;
}

/** The effect of a limit of 1: one batch, where Lightning's `1.0` means all batches. */
const meanings = {
  limitTrainBatches: 'each epoch trains on one batch',
  overfitBatches: 'every epoch trains on the same one batch',
  limitValBatches: 'each validation evaluates one batch',
  limitTestBatches: 'the test evaluates one batch',
  limitPredictBatches: 'the prediction covers one batch',
  valCheckInterval: 'validation runs after every batch',
} as const satisfies Partial<Record<keyof TrainerOptions, string>>;

export type BatchLimit = keyof typeof meanings;

/**
 * Returns a sentence for each limit of exactly 1. JavaScript cannot distinguish Lightning's `1` from its `1.0`, and a
 * user who meant the other one should be told before the run has cost anything.
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
