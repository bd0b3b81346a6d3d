import { childEnvironment } from '../config';
import type { Notify } from '../contracts';
import { messageOf } from '../errors';
import { runProgram } from '../system';

const LIMIT_MILLISECONDS = 30_000;

/** Puts a Slurm job back in its queue, as `scontrol requeue` does; a failure is said, and changes nothing. */
export async function requeueJob(job: string, notify: Notify, limitMs = LIMIT_MILLISECONDS): Promise<void> {
  const reason = await requeue(job, notify, limitMs).catch((error: unknown) => messageOf(error));
  if (reason === null) {
    notify('info', `Slurm job ${job} is back in its queue; with --resume auto it goes on from here.`);
  } else {
    notify('warning', `Slurm job ${job} could not be put back in its queue: ${reason}.`);
  }
}

/** Why the job was not put back; `null` where it was. */
async function requeue(job: string, notify: Notify, limitMs: number): Promise<string | null> {
  const { code, signal, stderr, overdue } = await runProgram('scontrol', ['requeue', job], {
    limitMs,
    env: childEnvironment({}),
    awaited: `scontrol, which puts Slurm job ${job} back in its queue`,
    onWait: (sentence) => notify('info', sentence),
  });
  if (overdue) return `scontrol did not answer within ${limitMs / 1000} s`;
  if (code === 0) return null;
  return (
    stderr.trim().replace(/\.$/, '') || `scontrol ended with ${signal ?? `exit code ${code ?? 'unknown'}`}`
  );
}
