import type { Schedule } from './schedule';

/** The same learning rate at every step. */
export function constant(learningRate: number): Schedule {
  return () => learningRate;
}
