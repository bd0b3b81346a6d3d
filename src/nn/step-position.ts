import type { ScheduleRun } from '../contracts';

/** Where training stands while a step runs. It is asked anew at every step, so one trace serves the whole run. */
export interface StepPosition {
  /** Optimiser updates done before: equal for all batches of an update. */
  readonly step: number;
  /** Which of the batches of its update the current one is, from 0. */
  readonly batchOfUpdate: number;
  /** The run that the step is part of. */
  readonly run: ScheduleRun;
}

let current: StepPosition | null = null;

/**
 * Says where training stands while `run` runs, which must not be asynchronous. A trainer does so in its steps; in a
 * hand-written loop, it makes schedules work that ask for epochs or for the length of the run.
 *
 * @param position its fields may change from step to step; `null` where there is no training.
 */
export function withStepPosition<T>(position: StepPosition | null, run: () => T): T {
  const previous = current;
  current = position;
  try {
    return run();
  } finally {
    current = previous;
  }
}

/** Where training stands now; `null` where no trainer is at work. */
export function stepPosition(): StepPosition | null {
  return current;
}

/**
 * Whether the current batch is the first one of its update: what is to happen once an update, such as a teacher's move,
 * happens there. Always true without a trainer. A compiled step that asks has a trace for each answer.
 */
export function beginsUpdate(): boolean {
  return current === null || current.batchOfUpdate === 0;
}
