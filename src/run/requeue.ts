import { execFileSync } from 'node:child_process';
import type { Notify } from '../contracts';
import { messageOf } from '../errors';

const SECONDS = 30;

/** Puts a Slurm job back in its queue, as `scontrol requeue` does; a failure is said, and changes nothing. */
export function requeueJob(job: string, notify: Notify): void {
  try {
    execFileSync('scontrol', ['requeue', job], {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: SECONDS * 1000,
    });
    notify('info', `Slurm job ${job} is back in its queue; with --resume auto it goes on from here.`);
  } catch (error) {
    notify('warning', `Slurm job ${job} could not be put back in its queue: ${messageOf(error).trim()}.`);
  }
}
