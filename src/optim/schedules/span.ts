import type { ScheduleRun } from '../../contracts';
import { FulgurError, counted, isNumberOf, numbers, valueKind } from '../../errors';

/** The part of a run over which a schedule extends: all of it, a number of updates, or a number of epochs. */
export interface Span {
  /** Whether the value changes with every update (the default), or with every epoch, as in lightly's examples. */
  readonly every?: 'step' | 'epoch';
  /** The length in updates; only for a value that changes with every update. */
  readonly steps?: number;
  /**
   * The length in epochs. Without `steps` and `epochs` it is the whole run, as limited by `trainer.maxEpochs` and
   * `maxSteps`.
   */
  readonly epochs?: number;
}

/** @throws FulgurError `config` for inconsistent lengths. */
export function checkSpan(name: string, { every = 'step', steps, epochs }: Span): void {
  if (steps !== undefined && epochs !== undefined) {
    throw new FulgurError('config', {
      what: `A ${name} schedule got ${counted(steps, 'step')} and ${counted(epochs, 'epoch')}.`,
      fix: 'Set its length once, in steps or in epochs.',
    });
  }
  if (steps !== undefined && every === 'epoch') {
    throw new FulgurError('config', {
      what: `A ${name} schedule got ${counted(steps, 'step')}, but changes with every epoch.`,
      fix: "Set its length in epochs, or remove every: 'epoch'.",
    });
  }
  checkLength(name, 'steps', steps);
  checkLength(name, 'epochs', epochs);
}

/** @throws FulgurError `config` for a length that is not a whole number of `least` or more. */
export function checkLength(name: string, option: string, length: number | undefined, least = 1): void {
  if (length === undefined || (isNumberOf(numbers.countFromZero, length) && length >= least)) return;
  throw new FulgurError('config', {
    what: `A ${name} schedule got ${option} ${valueKind(length)}.`,
    fix: `Set ${option} to a whole number of ${least} or more.`,
  });
}

/** Returns the position of a schedule in its own units, updates or epochs, from 0. */
export function placeIn({ every = 'step' }: Span, step: number, run: ScheduleRun): number {
  return every === 'epoch' ? run.epoch : step;
}

/** Returns a length in the schedule's own units; `null` if none was given. */
export function givenLength({ every = 'step', steps, epochs }: Span, run: ScheduleRun): number | null {
  if (epochs === undefined) return steps ?? null;
  return every === 'epoch' ? epochs : run.stepsIn(epochs);
}

/**
 * Returns a length in the schedule's own units, or the run's length if none was given.
 * @throws FulgurError `config` in a run without an end.
 */
export function spanLength(name: string, span: Span, run: ScheduleRun): number {
  const length = givenLength(span, run) ?? (span.every === 'epoch' ? run.maxEpochs : run.totalSteps);
  if (length !== null) return length;
  throw new FulgurError('config', {
    what: `A ${name} schedule spans the whole run, but the run has no end.`,
    fix: 'Set steps or epochs of the schedule, or set trainer.maxEpochs or trainer.maxSteps.',
  });
}
