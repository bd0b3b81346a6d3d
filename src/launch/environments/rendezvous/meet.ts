import type { JoinOptions } from '../cluster-environment';
import { holdFreePort } from './free-port';
import { Gathering } from './gathering';
import type { MeetingPlace } from './meeting';
import { visit } from './visit';

/** A rank that meets the others. */
export interface MeetingParty extends MeetingPlace {
  readonly rank: number;
  readonly worldSize: number;
}

/**
 * Resolves when all ranks have arrived, with the address of each, by rank: a free port on its host. Rank 0 listens at
 * the meeting place, and the others connect to it. Nothing stays open, whatever happens.
 * @throws FulgurError if a rank does not arrive in time, or ranks contradict each other.
 */
export async function meet(
  { host, port, token, open = false, rank, worldSize }: MeetingParty,
  { joinSeconds = 600 }: JoinOptions = {},
): Promise<readonly string[]> {
  const held = await holdFreePort(port);
  try {
    const meeting = { place: { host, port, token, open }, rank, worldSize, ownPort: held.port, joinSeconds };
    return await (rank === 0 ? new Gathering(meeting).addresses() : visit(meeting));
  } finally {
    await held.release();
  }
}
