import { FulgurError } from '../../errors';
import { SharedFailure } from '../../strategy';
import { describeParticipant } from './hook-order';
import type { Participant } from './hook-order';

/** The error that says in whose hook an error arose. */
export function hookFailure(participant: Participant, hook: string, error: unknown): FulgurError {
  // What all ranks fail of is not the hook's doing, nor is that the user ends the run.
  if (error instanceof SharedFailure || isInterruption(error)) return error;
  const { what, fix } = takeApart(participant, error);
  return new FulgurError(participant.kind, {
    what: `${describeParticipant(participant)} failed in ${hook}: ${what}`,
    fix,
    cause: error,
  });
}

/** The error that says whose state in which checkpoint cannot be taken back; `path` is `null` where it has none. */
export function restoreFailure(participant: Participant, path: string | null, error: unknown): FulgurError {
  if (error instanceof SharedFailure || isInterruption(error)) return error;
  const { what, fix } = takeApart(participant, error);
  return new FulgurError(participant.kind, {
    what: `${describeParticipant(participant)} cannot take its state back from the checkpoint${path === null ? '' : ` ${path}`}: ${what}`,
    fix:
      error instanceof FulgurError
        ? fix
        : "Resume from another checkpoint, or take the plugin out of the experiment's plugins.",
    cause: error,
  });
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
    return new FulgurError(first.kind, { what: messageWithout(first), fix: first.fix, cause: all });
  }
  return new Error(messageOf(first), { cause: all });
}

function takeApart(participant: Participant, error: unknown): { what: string; fix: string } {
  if (error instanceof FulgurError) return { what: messageWithout(error), fix: error.fix };
  const message = messageOf(error);
  return {
    what: /[.!?]$/.test(message) ? message : `${message}.`,
    fix:
      participant.kind === 'plugin'
        ? "Correct the plugin, or take it out of the experiment's plugins."
        : 'Correct the hook.',
  };
}

function messageWithout(error: FulgurError): string {
  return error.message.endsWith(error.fix)
    ? error.message.slice(0, -error.fix.length).trimEnd()
    : error.message;
}

/** Whether something broke off because the user ends the run. */
export function isInterruption(error: unknown): error is FulgurError {
  return error instanceof FulgurError && error.kind === 'interrupted';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
