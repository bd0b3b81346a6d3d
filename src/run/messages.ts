import { inspect } from 'node:util';
import { ConfigError, wantsStackTraces } from '../config';
import type { Notify, RunEvents } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { shown } from '../system';
import { EventBus } from '../trainer';

/**
 * An event bus whose messages reach the user even if no plugin shows them: before plugins are built, after they
 * are disposed, and in experiments without a progress bar. In these cases it also reports why a plugin ended the run.
 */
export class MessageFallback extends EventBus {
  constructor(private readonly say: Notify) {
    super();
  }

  override emit<K extends keyof RunEvents>(event: K, ...args: RunEvents[K]): void {
    const wasPresented = this.isPresented();
    if (!wasPresented) this.#say(event, args);
    super.emit(event, ...args);
    // A presenter that failed has not shown this message.
    if (event === 'message' && wasPresented && !this.isPresented()) this.#say(event, args);
  }

  override isHeard(event: keyof RunEvents): boolean {
    return event === 'message' || super.isHeard(event);
  }

  #say<K extends keyof RunEvents>(event: K, args: RunEvents[K]): void {
    if (event === 'message') this.say(...(args as RunEvents['message']));
    if (event === 'runEnded') this.#sayWhyItEnded(...(args as RunEvents['runEnded']));
  }

  /** A run that a plugin ended early must not look like a completed one. */
  #sayWhyItEnded(...[status, detail]: RunEvents['runEnded']): void {
    if (status === 'stopped' && detail !== null) this.say('info', `Training was stopped: ${detail}.`);
  }
}

/** Returns what the user sees of an error: its message, and its stack only on request. */
export function explainError(error: unknown, withStack = wantsStackTraces()): string {
  const lines = withStack
    ? inspect(error).split('\n')
    : [...headlines(error), ...furtherErrors(error), ...whereToLook(error)];
  return lines.map(shown).join('\n');
}

/** Distinguishes an invalid command line from a run that failed. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ConfigError || (error instanceof FulgurError && error.kind === 'config') ? 2 : 1;
}

/** The type of a foreign error is informative, such as `TypeError`; that of our own errors is not. */
function headlines(error: unknown): string[] {
  if (error instanceof FulgurError) {
    const [first = '', ...others] = error.lines;
    return [`Error: ${first}`, ...others];
  }
  const [first = '', ...others] = messageOf(error).split('\n');
  // Indented, so that they are not mistaken for our own lines.
  return [`${error instanceof Error ? error.name : 'Error'}: ${first}`, ...others.map((line) => `  ${line}`)];
}

/** Returns further errors that occurred while the run was ending. */
function furtherErrors(error: unknown): string[] {
  return error instanceof Error && error.cause instanceof AggregateError ? [error.cause.message] : [];
}

/** An error from the user's own code is printed without its location. */
function whereToLook(error: unknown): string[] {
  return [error, ...causes(error)].every((cause) => cause instanceof FulgurError || isBundle(cause))
    ? []
    : ['Set FULGUR_DEBUG=1 to see where it occurred.'];
}

function causes(error: unknown): unknown[] {
  const next = isBundle(error) ? error.errors : error instanceof Error ? [error.cause] : [];
  return next.flatMap((cause: unknown) => (cause === undefined ? [] : [cause, ...causes(cause)]));
}

/** Several errors combined into one that has no message of its own. */
function isBundle(error: unknown): error is AggregateError {
  return error instanceof AggregateError;
}
