import type { ScheduleRun } from '../contracts';
import { FulgurError, counted, valueKind } from '../errors';

/**
 * A number as a function of the optimiser updates done before: the first update sees 0. All batches of an update see one
 * value, and a resumed run goes on with the value that it stopped at.
 *
 * @param run what is known of the run around the step. Without a trainer, asking it is an error.
 */
export type Schedule = (step: number, run: ScheduleRun) => number;

/** A schedule that needs to know the step only. */
export type StepSchedule = (step: number) => number;

/** A number, or a schedule of numbers by step. */
export type Scheduled = number | Schedule;

/** The run of a hand-written loop, of which nothing is known. */
export const unknownRun: ScheduleRun = {
  get epoch() {
    return unknown('the epoch');
  },
  get maxEpochs() {
    return unknown('the number of epochs');
  },
  get totalSteps() {
    return unknown('the length of the run');
  },
  get stepsPerEpoch() {
    return unknown('the length of an epoch');
  },
  stepsIn: () => unknown('the length of an epoch'),
};

function unknown(what: string): never {
  throw new FulgurError('config', {
    what: `A schedule asks for ${what}, and no trainer is at work.`,
    fix:
      'Give the schedule a number of steps, train with a Trainer, or run the step in ' +
      'nn.withStepPosition({ step, batchOfUpdate, run }, () => ...).',
  });
}

/**
 * A schedule's number for an update.
 *
 * @throws FulgurError `config` where it is none, or where the schedule asks what is not known.
 */
export function scheduledValue(schedule: Schedule, step: number, run: ScheduleRun): number {
  const value: unknown = schedule(step, run);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new FulgurError('config', {
    what: `A schedule gave ${valueKind(value)} for the update after ${counted(step, 'update')}.`,
    why: 'Everything that is computed with it would become useless.',
    fix: 'Return a finite number for every step.',
  });
}
