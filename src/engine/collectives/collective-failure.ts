import { FulgurError } from '../../errors';
import type { Cluster } from '../native/cluster';

/**
 * Explains a failed exchange between ranks, from TensorFlow's message; returns `null` for a failure of another kind.
 */
export function collectiveFailure(message: string, cluster: Cluster, cause: unknown): FulgurError | null {
  if (!/collective/i.test(message)) return null;
  const { addresses, heartbeatSeconds = 10 } = cluster;
  const name = (ranks: readonly number[]): string =>
    ranks.map((rank) => `Rank ${rank} (${addresses[rank] ?? 'unknown'})`).join(', ');
  const silent = silentRanks(message);
  const ended = silent.length > 0 ? [] : endedRanks(message);
  const what =
    silent.length > 0
      ? `No sign of life from ${name(silent)} for ${heartbeatSeconds} s.`
      : ended.length > 0
        ? `${name(ended)} ended before the others.`
        : `The ranks can no longer exchange data: ${firstLine(message)}.`;
  return new LostRanksError([...silent, ...ended], {
    what,
    why: 'The other ranks cannot continue without it.',
    fix: 'Read its output, and resume with --resume last.',
    cause,
  });
}

/** An exchange that failed because ranks are gone. */
export class LostRanksError extends FulgurError {
  constructor(
    /** The ranks that are gone; empty if TensorFlow does not report them. */
    readonly lost: readonly number[],
    parts: ConstructorParameters<typeof FulgurError>[1],
  ) {
    super('ranks', parts);
  }
}

/** Finds ranks that stopped sending heartbeats; a leader that does not respond to them. */
function silentRanks(message: string): number[] {
  const list = /stopped sending heartbeats\):((?:\s*\/job:worker\/replica:\d+\/task:\d+)+)/.exec(
    message,
  )?.[1];
  if (list !== undefined) return tasksIn(list);
  return /CoordinationService\/(Heartbeat|PollForError)/.test(message) ? [0] : [];
}

/** The innermost of nested errors comes first, and names the unreachable rank. */
function endedRanks(message: string): number[] {
  const unreachable = /from remote target (\/job:worker\/replica:\d+\/task:\d+) while calling/.exec(
    message,
  )?.[1];
  return unreachable === undefined ? [] : tasksIn(unreachable);
}

function tasksIn(text: string): number[] {
  return [...new Set([...text.matchAll(/task:(\d+)/g)].map(([, task]) => Number(task)))];
}

function firstLine(message: string): string {
  return (message.replace(/\{\{[^}]*\}\}\s*/g, '').split('\n')[0] ?? '').trim().replace(/\.+$/, '');
}
