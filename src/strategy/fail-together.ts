import type { Ranks } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { SharedFailure } from './require-agreement';

/** The outcome of a rank's part of the work. */
type Outcome<T> = { readonly result: T } | { readonly error: unknown };

/**
 * Does this rank's part of work that all ranks do at the same time. If it fails on any rank, it fails on all: none is
 * left waiting for a rank that is gone.
 * @throws the error of this rank; a SharedFailure if only other ranks failed, or rank 0 failed with the same message.
 */
export async function failTogether<T>(ranks: Ranks, work: () => Promise<T>): Promise<T> {
  if (ranks.worldSize === 1) return work();
  const own = await attempt(work);
  const problems = await ranks.gather('error' in own ? messageOf(own.error) : null);
  if ('error' in own) {
    const isFirst = ranks.rank === 0 || problems[0] !== problems[ranks.rank];
    throw isFirst ? own.error : repeated(own.error);
  }
  const rank = problems.findIndex((problem) => problem !== null);
  if (rank < 0) return own.result;
  throw new SharedFailure({
    what: `Rank ${rank} could not start: ${problems[rank]}`,
    fix: 'Read its output.',
  });
}

async function attempt<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { result: await work() };
  } catch (error) {
    return { error };
  }
}

/** Rank 0 reports it for all. */
function repeated(error: unknown): SharedFailure {
  if (!(error instanceof FulgurError)) {
    return new SharedFailure({ what: messageOf(error), fix: "Read rank 0's output.", cause: error });
  }
  const { what, list, why, fix, kind } = error;
  return new SharedFailure({ what, list, why, fix, cause: error }, kind);
}
