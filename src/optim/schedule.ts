import type { ScheduleRun } from '../contracts';
import { FulgurError, counted, valueKind } from '../errors';

/**
 * A number as a function of the number of optimiser updates done before: the first update sees 0. All batches of an
 * update see the same value, and a resumed run continues with the value at which it stopped.
 *
 * @param run the known facts about the run around the step. Without a trainer, reading them is an error.
 */
export type Schedule = (step: number, run: ScheduleRun) => number;

/** A schedule that depends only on the step. */
export type StepSchedule = (step: number) => number;

/** A number, or a schedule of numbers by step. */
export type Scheduled = number | Schedule;

/** The run of a hand-written loop, about which nothing is known. */
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
    what: `A schedule asks for ${what}, but no trainer is running.`,
    fix:
      "Set the schedule's number of steps, train with a Trainer, or run the step in " +
      'nn.withStepPosition({ step, batchOfUpdate, run }, () => ...).',
  });
}

/**
 * Returns a schedule's number for an update.
 * @throws FulgurError `config` if it is not a number, or if the schedule reads an unknown fact.
 */
export function scheduledValue(schedule: Schedule, step: number, run: ScheduleRun): number {
  const value: unknown = schedule(step, run);
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new FulgurError('config', {
    what: `A schedule returned ${valueKind(value)} for the update after ${counted(step, 'update')}.`,
    why: 'Everything computed from it would become useless.',
    fix: 'Return a finite number for every step.',
  });
}
