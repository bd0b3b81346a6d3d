import { FulgurError, counted, numbers, requireNumbers } from '../../errors';
import type { Schedule, StepSchedule } from '../schedule';
import { checkLength, checkSpan, givenLength, spanLength, placeIn } from './span';
import type { Span } from './span';

/** Options of the cosine schedules. */
export interface CosineOptions {
  /** The highest learning rate: that of the last warm-up step, and of the first step after it. */
  readonly learningRate: number;
  readonly totalSteps: number;
  /**
   * The number of steps in which the learning rate rises to `learningRate` in equal increments, the first one above 0
   * (default 0).
   */
  readonly warmupSteps?: number;
  /** The learning rate of the last step, and of all later steps (default 0). */
  readonly end?: number;
}

export interface CosineSpanOptions extends Span {
  /** The first value of the cosine. */
  readonly from: number;
  /** The last value, and all later ones. */
  readonly to: number;
  /**
   * The number of updates before it in which the value rises to `from` in equal increments; they are part of the length
   * (default 0).
   */
  readonly warmupSteps?: number;
  /** The number of warm-up epochs. */
  readonly warmupEpochs?: number;
  /** The start of the warm-up; its first value is one increment above (default 0). */
  readonly warmupFrom?: number;
  /**
   * Oscillates between `from` and `to` without end, with a period of this many updates (epochs with `every: 'epoch'`).
   */
  readonly period?: number;
}

/**
 * A linear warm-up, then half a cosine from one value to another, over the whole run or a part of it.
 *
 * Values as in lightly's `cosine_schedule` and `cosine_warmup_schedule`, and with `learningRate` as in its
 * `CosineWarmupScheduler`, whose default for the end is a thousandth of the learning rate.
 *
 * Source: Loshchilov and Hutter, "SGDR" (2017), equation 5, with the warm-up of Goyal et al. (2017).
 *
 * @example
 * const momentum = this.scheduled(schedules.cosine({ from: 0.996, to: 1, every: 'epoch' }));
 * optim.sgd(this.parameters(), { learningRate: schedules.cosine({ from: 0.06, to: 0, warmupEpochs: 10 }) });
 *
 * @throws FulgurError `config` for inconsistent lengths.
 */
export function cosine(options: CosineOptions): StepSchedule;
export function cosine(options: CosineSpanOptions): Schedule;
export function cosine(options: CosineOptions | CosineSpanOptions): Schedule {
  return 'learningRate' in options ? overSteps(options) : overSpan(options);
}

function overSteps({ learningRate, totalSteps, warmupSteps = 0, end = 0 }: CosineOptions): StepSchedule {
  requireNumbers('A cosine schedule', { learningRate, totalSteps, end }, numbers.finite);
  if (!(warmupSteps >= 0 && warmupSteps <= totalSteps)) {
    throw new FulgurError('config', {
      what: `A cosine schedule got ${counted(warmupSteps, 'warm-up step')} of ${counted(totalSteps, 'step')}.`,
      fix: 'Set warmupSteps to a number from 0 to totalSteps.',
    });
  }
  const lastStep = totalSteps - 1 - warmupSteps;
  return (step) => {
    if (step < warmupSteps) return (learningRate * (step + 1)) / warmupSteps;
    const decaying = step - warmupSteps;
    if (decaying >= lastStep) return end;
    return end + ((learningRate - end) * (1 + Math.cos((Math.PI * decaying) / lastStep))) / 2;
  };
}

function overSpan(options: CosineSpanOptions): Schedule {
  const { from, to, warmupFrom = 0, period } = options;
  const warmup = warmupOf(options);
  requireNumbers('A cosine schedule', { from, to, warmupFrom }, numbers.finite);
  checkCosine(options, warmup);
  return (step, run) => {
    const climbing = givenLength(warmup, run) ?? 0;
    const place = placeIn(options, step, run);
    if (place < climbing) return warmupFrom + ((from - warmupFrom) * (place + 1)) / climbing;
    const decaying = place - climbing;
    if (period !== undefined) return between(from, to, (2 * Math.PI * decaying) / period);
    const last = spanLength('cosine', options, run) - climbing - 1;
    return decaying >= last ? to : between(from, to, (Math.PI * decaying) / last);
  };
}

/** In the order of lightly's operations, so that the numbers are the same. */
function between(from: number, to: number, angle: number): number {
  return to - ((to - from) * (Math.cos(angle) + 1)) / 2;
}

function warmupOf({ every = 'step', warmupSteps, warmupEpochs }: CosineSpanOptions): Span {
  return {
    every,
    ...(warmupSteps === undefined ? {} : { steps: warmupSteps }),
    ...(warmupEpochs === undefined ? {} : { epochs: warmupEpochs }),
  };
}

function checkCosine(options: CosineSpanOptions, warmup: Span): void {
  checkSpan('cosine', options);
  checkLength('cosine', 'warmupSteps', warmup.steps, 0);
  checkLength('cosine', 'warmupEpochs', warmup.epochs, 0);
  checkLength('cosine', 'period', options.period);
  const { steps, epochs, every, period, warmupSteps, warmupEpochs } = options;
  if (warmupSteps !== undefined && (every === 'epoch' || warmupEpochs !== undefined)) {
    throw new FulgurError('config', {
      what: `A cosine schedule got ${counted(warmupSteps, 'warm-up step')}, and ${every === 'epoch' ? 'changes with every epoch' : counted(warmupEpochs ?? 0, 'warm-up epoch')}.`,
      fix: every === 'epoch' ? 'Use warmupEpochs instead.' : 'Set only one of the two.',
    });
  }
  if (period !== undefined && (steps ?? epochs) !== undefined) {
    throw new FulgurError('config', {
      what: `A cosine schedule got a period of ${period} and ${steps === undefined ? counted(epochs ?? 0, 'epoch') : counted(steps, 'step')}.`,
      why: 'With a period it continues without end.',
      fix: 'Set only one of the two.',
    });
  }
  for (const [unit, whole, climb] of [
    ['step', steps, warmupSteps],
    ['epoch', epochs, warmupEpochs],
  ] as const) {
    if (whole === undefined || climb === undefined || climb <= whole) continue;
    throw new FulgurError('config', {
      what: `A cosine schedule got ${counted(climb, `warm-up ${unit}`)} of ${counted(whole, unit)}.`,
      fix: 'Make the warm-up no longer than the whole.',
    });
  }
}
