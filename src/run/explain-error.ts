import { inspect } from 'node:util';
import { wantsStackTraces } from '../config/debug';
import { ConfigError } from '../config';
import { FulgurError } from '../errors';

/** What the user is told of an error: its message where it says all there is to say, else also where it arose. */
export function explainError(error: unknown, withStack = wantsStackTraces()): string {
  if (!(error instanceof FulgurError)) return inspect(error);
  if (withStack) return inspect(error);
  return [`Error: ${error.message}`, ...furtherErrors(error), ...whereToLook(error)].join('\n');
}

/** A wrong command line is told apart from a run that failed. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ConfigError || (error instanceof FulgurError && error.kind === 'config') ? 2 : 1;
}

/** What else went wrong while the run was ended. */
function furtherErrors({ cause }: FulgurError): string[] {
  return cause instanceof AggregateError ? [cause.message] : [];
}

/** An error of the user's own code is a message without a place. */
function whereToLook(error: FulgurError): string[] {
  return causes(error).every((cause) => cause instanceof FulgurError)
    ? []
    : ['Set FULGUR_DEBUG=1 to see where it arose.'];
}

function causes(error: unknown): unknown[] {
  const next = error instanceof AggregateError ? error.errors : error instanceof Error ? [error.cause] : [];
  return next.flatMap((cause: unknown) => (cause === undefined ? [] : [cause, ...causes(cause)]));
}
