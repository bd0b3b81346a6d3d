import type { ScheduleRun } from '../contracts';

/** The training position while a step runs. It is read again at every step, so one trace serves the whole run. */
export interface StepPosition {
  /** The number of optimiser updates done before: equal for all batches of an update. */
  readonly step: number;
  /** The index of the current batch within its update, from 0. */
  readonly batchOfUpdate: number;
  /** The run to which the step belongs. */
  readonly run: ScheduleRun;
}

let current: StepPosition | null = null;

/**
 * Sets the training position while the synchronous function `run` runs. A trainer does so in its steps; in a
 * hand-written loop, it enables schedules that depend on epochs or on the length of the run.
 * @param position its fields may change from step to step; `null` outside training.
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

/** Returns the current training position; `null` without a trainer. */
export function stepPosition(): StepPosition | null {
  return current;
}

/**
 * Whether the current batch is the first one of its update: the place for work to be done once per update, such as
 * moving a teacher. Always true without a trainer. A compiled step that asks has a trace for each answer.
 */
export function beginsUpdate(): boolean {
  return current === null || current.batchOfUpdate === 0;
}
