import { FulgurError, isInterruption, messageOf } from '../../errors';
import { SharedFailure } from '../../strategy';
import { describeParticipant } from './participants';
import type { Participant } from './participants';

const correctPlugin = "Correct the plugin, or remove it from the experiment's plugins.";

/** Returns the error that names the participant and hook in which an error occurred. */
export function hookFailure(participant: Participant, hook: string, error: unknown): FulgurError {
  // An error common to all ranks is not the hook's fault, nor is an interruption by the user.
  if (error instanceof SharedFailure || isInterruption(error)) return error;
  const fix = participant.kind === 'plugin' ? correctPlugin : 'Correct the hook.';
  return FulgurError.within(
    `${describeParticipant(participant)} failed in ${hook}`,
    error,
    participant.kind,
    fix,
  );
}

/**
 * Returns the error for a participant's state that cannot be restored from a checkpoint; `path` is `null` for a
 * checkpoint without a file.
 */
export function restoreFailure(participant: Participant, path: string | null, error: unknown): FulgurError {
  if (error instanceof SharedFailure || isInterruption(error)) return error;
  const checkpoint = `the checkpoint${path === null ? '' : ` ${path}`}`;
  return FulgurError.within(
    `${describeParticipant(participant)} cannot restore its state from ${checkpoint}`,
    error,
    participant.kind,
    "Resume from another checkpoint, or remove the plugin from the experiment's plugins.",
  );
}

/** Returns the same error for hooks inside the step, where the usual mistake is to read a tensor's value. */
export function stepHookFailure(participant: Participant, hook: string, error: unknown): FulgurError {
  if (!(error instanceof FulgurError) || error.kind !== 'trace') return hookFailure(participant, hook, error);
  return new FulgurError('trace', {
    what: `${describeParticipant(participant)} failed in the step hook ${hook}: ${error.message}`,
    fix: 'A value that a step hook passes to context.log() is available as a number in onTrainBatchEnd, in context.metrics.',
    cause: error,
  });
}

/** Combines a run's first error with later ones: the first one's message, and all of them in the cause. */
export function withLaterErrors(first: unknown, later: readonly Error[]): unknown {
  if (later.length === 0) return first;
  const all = new AggregateError(
    [first, ...later],
    `${later.length} more errors occurred while the run was ending: ${later.map(({ message }) => message).join(' ')}`,
  );
  if (first instanceof FulgurError) {
    const { what, list, why, fix, kind } = first;
    return new FulgurError(kind, { what, list, why, fix, cause: all });
  }
  return new Error(messageOf(first), { cause: all });
}
