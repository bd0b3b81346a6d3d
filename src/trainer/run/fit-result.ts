import type { FitProgress, RunStatus } from '../../contracts';
import { FulgurError } from '../../errors';
import type { RunControl } from '../loop/run-control';

/** How a fit ended. A fit that fails rejects instead. */
export interface FitResult {
  readonly status: RunStatus;
  readonly progress: FitProgress;
  /** The newest value of every logged metric. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Why it was stopped or interrupted; `null` where its plan was carried out. */
  readonly detail: string | null;
}

export function outcomeOf({ interruptReason, stopReason }: RunControl): Pick<FitResult, 'status' | 'detail'> {
  if (interruptReason !== null) return { status: 'interrupted', detail: interruptReason };
  if (stopReason !== null) return { status: 'stopped', detail: stopReason };
  return { status: 'finished', detail: null };
}

/** What `onException` gets when a run is interrupted. */
export function interrupted(reason: string): FulgurError {
  return new FulgurError('interrupted', {
    what: `The run was interrupted: ${reason}.`,
    fix: 'Go on from the last checkpoint with --resume last.',
  });
}
