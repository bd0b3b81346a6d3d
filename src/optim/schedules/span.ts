import type { ScheduleRun } from '../../contracts';
import { FulgurError, counted, isNumberOf, numbers, valueKind } from '../../errors';

/** What part of a run a schedule moves over: all of it, so many updates, or so many epochs. */
export interface Span {
  /** Whether the value moves with every update (the default), or with every epoch, as in lightly's examples. */
  readonly every?: 'step' | 'epoch';
  /** Length in updates; only where the value moves with every update. */
  readonly steps?: number;
  /** Length in epochs. Without `steps` and `epochs` it is the whole run, as `trainer.maxEpochs` and `maxSteps` limit it. */
  readonly epochs?: number;
}

/** @throws FulgurError `config` for lengths that make no sense. */
export function checkSpan(name: string, { every = 'step', steps, epochs }: Span): void {
  if (steps !== undefined && epochs !== undefined) {
    throw new FulgurError('config', {
      what: `A ${name} schedule got ${counted(steps, 'step')} and ${counted(epochs, 'epoch')}.`,
      fix: 'Give its length once, in steps or in epochs.',
    });
  }
  if (steps !== undefined && every === 'epoch') {
    throw new FulgurError('config', {
      what: `A ${name} schedule got ${counted(steps, 'step')}, and moves with every epoch.`,
      fix: "Give its length in epochs, or leave out every: 'epoch'.",
    });
  }
  checkLength(name, 'steps', steps);
  checkLength(name, 'epochs', epochs);
}

/** @throws FulgurError `config` for a length that is not a whole number from `least` up. */
export function checkLength(name: string, option: string, length: number | undefined, least = 1): void {
  if (length === undefined || (isNumberOf(numbers.countFromZero, length) && length >= least)) return;
  throw new FulgurError('config', {
    what: `A ${name} schedule got ${option} ${valueKind(length)}.`,
    fix: `Give ${option} a whole number from ${least} up.`,
  });
}

/** Where a schedule stands in its own units, updates or epochs, from 0. */
export function placeIn({ every = 'step' }: Span, step: number, run: ScheduleRun): number {
  return every === 'epoch' ? run.epoch : step;
}

/** A length in the schedule's own units; `null` where none was given. */
export function givenLength({ every = 'step', steps, epochs }: Span, run: ScheduleRun): number | null {
  if (epochs === undefined) return steps ?? null;
  return every === 'epoch' ? epochs : run.stepsIn(epochs);
}

/**
 * A length in the schedule's own units, the run's where none was given.
 *
 * @throws FulgurError `config` in a run without an end.
 */
export function spanLength(name: string, span: Span, run: ScheduleRun): number {
  const length = givenLength(span, run) ?? (span.every === 'epoch' ? run.maxEpochs : run.totalSteps);
  if (length !== null) return length;
  throw new FulgurError('config', {
    what: `A ${name} schedule spans the whole run, and the run has no end.`,
    fix: 'Give the schedule steps or epochs, or set trainer.maxEpochs or trainer.maxSteps.',
  });
}
