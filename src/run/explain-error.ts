import { inspect } from 'node:util';
import { ConfigError, wantsStackTraces } from '../config';
import { FulgurError, messageOf } from '../errors';
import { shown } from '../system';

/** What the user is told of an error: its message, and where it arose only to who asked for it. */
export function explainError(error: unknown, withStack = wantsStackTraces()): string {
  const lines = withStack
    ? inspect(error).split('\n')
    : [...headlines(error), ...furtherErrors(error), ...whereToLook(error)];
  return lines.map(shown).join('\n');
}

/** A wrong command line is told apart from a run that failed. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ConfigError || (error instanceof FulgurError && error.kind === 'config') ? 2 : 1;
}

/** The type of a foreign error says something, such as `TypeError`; that of ours does not. */
function headlines(error: unknown): string[] {
  if (error instanceof FulgurError) {
    const [first = '', ...others] = error.lines;
    return [`Error: ${first}`, ...others];
  }
  const [first = '', ...others] = messageOf(error).split('\n');
  // Indented, they are not taken for lines of ours.
  return [`${error instanceof Error ? error.name : 'Error'}: ${first}`, ...others.map((line) => `  ${line}`)];
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
