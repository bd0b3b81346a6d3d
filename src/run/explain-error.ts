import { inspect } from 'node:util';
import { ConfigError, wantsStackTraces } from '../config';
import { FulgurError, messageOf } from '../errors';

/** What the user is told of an error: its message, and where it arose only to who asked for it. */
export function explainError(error: unknown, withStack = wantsStackTraces()): string {
  if (withStack) return inspect(error);
  return [headline(error), ...furtherErrors(error), ...whereToLook(error)].join('\n');
}

/** A wrong command line is told apart from a run that failed. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ConfigError || (error instanceof FulgurError && error.kind === 'config') ? 2 : 1;
}

/** The type of a foreign error says something, such as `TypeError`; that of ours does not. */
function headline(error: unknown): string {
  const name = error instanceof Error && !(error instanceof FulgurError) ? error.name : 'Error';
  return `${name}: ${messageOf(error)}`;
}

/** What else went wrong while the run was ended. */
function furtherErrors(error: unknown): string[] {
  return error instanceof Error && error.cause instanceof AggregateError ? [error.cause.message] : [];
}

/** An error of the user's own code is a message without a place. */
function whereToLook(error: unknown): string[] {
  return [error, ...causes(error)].every((cause) => cause instanceof FulgurError || isBundle(cause))
    ? []
    : ['Set FULGUR_DEBUG=1 to see where it arose.'];
}

function causes(error: unknown): unknown[] {
  const next = isBundle(error) ? error.errors : error instanceof Error ? [error.cause] : [];
  return next.flatMap((cause: unknown) => (cause === undefined ? [] : [cause, ...causes(cause)]));
}

/** Several errors in one, which has no story of its own. */
function isBundle(error: unknown): error is AggregateError {
  return error instanceof AggregateError;
}
