import type { TracedCall } from '../../src';
import type { Spent } from './phase-clock';

/** What the calls of one compiled function took. */
export interface FunctionTimes {
  readonly name: string;
  readonly calls: number;
  /** From the first beginning to the last end of an operation, over all calls. */
  readonly seconds: number;
  /** Of all operations; several run at a time, so that it may be more. */
  readonly operationSeconds: number;
  /** By kind of operation. */
  readonly types: Readonly<Record<string, Spent>>;
}

/** The times of traced calls by function, in the order of their first calls. */
export function byFunction(traced: readonly TracedCall[]): FunctionTimes[] {
  const names = [...new Set(traced.map(({ name }) => name))];
  return names.map((name) => {
    const calls = traced.filter((call) => call.name === name);
    const types = byType(calls);
    return {
      name,
      calls: calls.length,
      seconds: calls.map(spanOf).reduce((sum, span) => sum + span, 0),
      operationSeconds: Object.values(types).reduce((sum, { seconds }) => sum + seconds, 0),
      types,
    };
  });
}

function byType(calls: readonly TracedCall[]): Record<string, Spent> {
  const types = new Map<string, Spent>();
  for (const { type, seconds } of calls.flatMap(({ operations }) => operations)) {
    const before = types.get(type) ?? { count: 0, seconds: 0 };
    types.set(type, { count: before.count + 1, seconds: before.seconds + seconds });
  }
  return Object.fromEntries(types);
}

function spanOf({ operations }: TracedCall): number {
  return operations.reduce((end, { start, seconds }) => Math.max(end, start + seconds), 0);
}
