import { FulgurError, isInterruption, messageOf } from '../../errors';
import { SharedFailure } from '../../strategy';
import { describeParticipant } from './participants';
import type { Participant } from './participants';

const correctPlugin = "Correct the plugin, or take it out of the experiment's plugins.";

/** The error that says in whose hook an error arose. */
export function hookFailure(participant: Participant, hook: string, error: unknown): FulgurError {
  // What all ranks fail of is not the hook's doing, nor is that the user ends the run.
  if (error instanceof SharedFailure || isInterruption(error)) return error;
  const fix = participant.kind === 'plugin' ? correctPlugin : 'Correct the hook.';
  return FulgurError.within(
    `${describeParticipant(participant)} failed in ${hook}`,
    error,
    participant.kind,
    fix,
  );
}

/** The error that says whose state in which checkpoint cannot be taken back; `path` is `null` where it has none. */
export function restoreFailure(participant: Participant, path: string | null, error: unknown): FulgurError {
  if (error instanceof SharedFailure || isInterruption(error)) return error;
  const checkpoint = `the checkpoint${path === null ? '' : ` ${path}`}`;
  return FulgurError.within(
    `${describeParticipant(participant)} cannot take its state back from ${checkpoint}`,
    error,
    participant.kind,
    "Resume from another checkpoint, or take the plugin out of the experiment's plugins.",
  );
}

/** The same for hooks inside the step, where the usual mistake is to look at a value. */
export function stepHookFailure(participant: Participant, hook: string, error: unknown): FulgurError {
  if (!(error instanceof FulgurError) || error.kind !== 'trace') return hookFailure(participant, hook, error);
  return new FulgurError('trace', {
    what: `${describeParticipant(participant)} failed in the step hook ${hook}: ${error.message}`,
    fix: 'What a step hook hands to context.log() arrives as a number in onTrainBatchEnd, in context.metrics.',
    cause: error,
  });
}

/** A run's first error with those that came after it: its message, and all of them as its cause. */
export function withLaterErrors(first: unknown, later: readonly Error[]): unknown {
  if (later.length === 0) return first;
  const all = new AggregateError(
    [first, ...later],
    `${later.length} more went wrong while the run was ended: ${later.map(({ message }) => message).join(' ')}`,
  );
  if (first instanceof FulgurError) {
    const { what, list, why, fix, kind } = first;
    return new FulgurError(kind, { what, list, why, fix, cause: all });
  }
  return new Error(messageOf(first), { cause: all });
}
