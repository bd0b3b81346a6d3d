import { timesAsFast, timesAsMuch } from './row';
import type { Row } from './row';

/** A target for Fulgur. */
export interface Aim {
  /** Minimum speed relative to the peer. */
  readonly times?: number;
  /** Maximum number of seconds. */
  readonly seconds?: number;
  /** Maximum peak memory relative to the peer. */
  readonly memory?: number;
}

/** Targets by prefix of the row's name. */
const aims: readonly (readonly [beginning: string, aim: Aim])[] = [
  ['end to end, float32', { times: 2 }],
  ['end to end, bf16', { times: 2.2 }],
  // 0.6 of PyTorch's time.
  ['step, float32', { times: 1 / 0.6, memory: 1.3 }],
  ['step, bf16', { memory: 1.3 }],
  // 0.7 of it.
  ['step of byol', { times: 1 / 0.7 }],
  ['step of moco', { times: 1 / 0.7 }],
  ['step, ResNet', { times: 1 }],
  ['views, 32 px', { times: 5 }],
  ['views, 224 px', { times: 2 }],
  ['first step', { seconds: 5 }],
  ['command to first update', { seconds: 10 }],
];

/** A target of a row, and whether the row reaches it. */
export interface Verdict {
  readonly aim: number;
  readonly isMet: boolean;
}

/** Returns the target for a row's time, if there is one. */
export function judgeTime(row: Row): Verdict | null {
  const { times, seconds } = aimOf(row);
  const reached = timesAsFast(row);
  if (times !== undefined && reached !== null) return { aim: times, isMet: reached >= times };
  if (seconds !== undefined) return { aim: seconds, isMet: row.ours.figure.median <= seconds };
  return null;
}

/** Returns the target for a row's peak memory, if there is one. */
export function judgeMemory(row: Row): Verdict | null {
  const { memory } = aimOf(row);
  const reached = timesAsMuch(row);
  return memory === undefined || reached === null ? null : { aim: memory, isMet: reached <= memory };
}

function aimOf({ name }: Row): Aim {
  return aims.find(([beginning]) => name.startsWith(beginning))?.[1] ?? {};
}
