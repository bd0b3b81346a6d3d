import { availableParallelism } from 'node:os';
import { FulgurError } from '../../errors';

// With more, the threads of one process wait for memory instead of making views.
const mostAutoWorkers = 8;

/** Returns the number of threads that `workers` stands for; `auto` leaves one core to the training step. */
export function workerCount(workers: number | 'auto', cores = availableParallelism()): number {
  if (workers === 'auto') return Math.min(mostAutoWorkers, Math.max(1, cores - 1));
  requireWhole('workers', workers, 0);
  return workers;
}

/** @throws FulgurError of kind `config` if an option is not a whole number of at least `least`. */
export function requireWhole(option: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new FulgurError('config', {
    what: `The loader's ${option} is ${value}.`,
    fix: `Use a whole number of at least ${least}.`,
  });
}
