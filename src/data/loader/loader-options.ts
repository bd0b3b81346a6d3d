import { availableParallelism } from 'node:os';
import { FulgurError } from '../../errors';

// Beyond this, threads of one process wait for each other's memory rather than make views.
const mostAutoWorkers = 8;

/** The number of threads that `workers` stands for: `auto` leaves one core to the training step. */
export function workerCount(workers: number | 'auto', cores = availableParallelism()): number {
  if (workers === 'auto') return Math.min(mostAutoWorkers, Math.max(1, cores - 1));
  requireWhole('workers', workers, 0);
  return workers;
}

/** @throws FulgurError of kind `config` where an option is no whole number from `least` on. */
export function requireWhole(option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new FulgurError('config', {
    what: `The loader's ${option} is ${value}.`,
    fix: `Give a whole number from ${least} on.`,
  });
}
