import type { TracedCall } from '../../src';
import type { Spent } from './phase-clock';

/** Times of traced calls by kind of operation; several run at a time, so that they add up to more than the step took. */
export function byOperation(calls: readonly TracedCall[]): Record<string, Spent> {
  const types = new Map<string, Spent>();
  for (const { operations } of calls) {
    for (const { type, seconds } of operations) {
      const before = types.get(type) ?? { count: 0, seconds: 0 };
      types.set(type, { count: before.count + 1, seconds: before.seconds + seconds });
    }
  }
  return Object.fromEntries(types);
}

/** Seconds from the first beginning to the last end, summed over the calls. */
export function spanOf(calls: readonly TracedCall[]): number {
  return calls
    .map(({ operations }) =>
      operations.reduce((end, { start, seconds }) => Math.max(end, start + seconds), 0),
    )
    .reduce((sum, span) => sum + span, 0);
}
