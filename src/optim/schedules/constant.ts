import type { StepSchedule } from '../schedule';

/** The same learning rate at every step. */
export function constant(learningRate: number): StepSchedule {
  return () => learningRate;
}
