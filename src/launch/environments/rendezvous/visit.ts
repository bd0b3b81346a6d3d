import { connect } from 'node:net';
import { FulgurError } from '../../../errors';
import { pause, startTimer } from '../../../system';
import { formatAddress } from '../address';
import type { Meeting } from './meeting';
import { firstLine, formatMessage, longestAnswer, parseAnswer } from './messages';
import type { Answer } from './messages';

/** Milliseconds that one attempt to connect may take, since packets to a host that is not up yet are lost. */
const longestConnect = 10_000;
/** Milliseconds by which other ranks wait longer than rank 0, so that rank 0 can tell them who is missing. */
const grace = 500;

/** The outcome of a visit without an answer for this job. */
type Failure =
  | { readonly kind: 'no connection'; readonly code: string }
  | { readonly kind: 'another job' }
  | { readonly kind: 'silence' };

/**
 * The other ranks' side of a meeting: connects to rank 0, repeatedly until it is up, and waits for the addresses.
 * @throws FulgurError if rank 0 does not answer in time, or reports why there are no addresses.
 */
export async function visit(meeting: Meeting): Promise<readonly string[]> {
  const { place, joinSeconds } = meeting;
  const deadline = performance.now() + joinSeconds * 1000;
  let failure: Failure = { kind: 'silence' };
  for (let wait = 50; performance.now() < deadline; wait = Math.min(2 * wait, 1000)) {
    const outcome = await visitOnce(meeting, deadline);
    if (outcome.kind === 'addresses') return outcome.addresses;
    if (outcome.kind === 'refusal') {
      const { area, what, fix } = outcome.refusal;
      throw new FulgurError(area, { what, why: `Rank 0 at ${formatAddress(place)} reported this.`, fix });
    }
    failure = outcome;
    await pause(Math.max(0, Math.min(wait, deadline - performance.now())));
  }
  throw failureToMeet(failure, meeting);
}

async function visitOnce(meeting: Meeting, deadline: number): Promise<Answer | Failure> {
  const { place, rank, worldSize, ownPort, joinSeconds } = meeting;
  const seen = { connected: false, silent: false, code: 'ETIMEDOUT' };
  const socket = connect({ host: place.host, port: place.port, keepAlive: true });
  socket.on('error', (error: NodeJS.ErrnoException) => (seen.code = error.code ?? error.message));
  let timer = startTimer(Math.min(deadline - performance.now(), longestConnect), () => socket.destroy());
  socket.once('connect', () => {
    seen.connected = true;
    timer.cancel();
    // Rank 0 is up, and waits no longer than this from now on.
    timer = startTimer(joinSeconds * 1000 + grace, () => {
      seen.silent = true;
      socket.destroy();
    });
    socket.write(formatMessage({ rank, worldSize, port: ownPort, token: place.token }));
  });
  const line = await firstLine(socket, longestAnswer);
  timer.cancel();
  socket.destroy();
  if (!seen.connected) return { kind: 'no connection', code: seen.code };
  if (seen.silent) return { kind: 'silence' };
  return (line === null ? null : parseAnswer(line)) ?? { kind: 'another job' };
}

function failureToMeet(failure: Failure, { place, rank, worldSize, joinSeconds }: Meeting): FulgurError {
  const where = `Rank 0 at ${formatAddress(place)}`;
  const time = `within ${joinSeconds} seconds`;
  if (failure.kind === 'no connection') {
    return new FulgurError('ranks', {
      what: `${where} did not answer ${time} (${failure.code}).`,
      fix: `Check the output of rank 0, and whether the host of rank ${rank} can reach that port.`,
    });
  }
  if (failure.kind === 'silence') {
    return new FulgurError('ranks', {
      what: `${where} did not send the addresses of all ${worldSize} ranks ${time}.`,
      fix: 'Check the output of rank 0, which names the missing ranks.',
    });
  }
  return new FulgurError('ranks', {
    what: `${where} did not answer ${time}: what listens there does not belong to this job.`,
    fix: 'Set MASTER_PORT to a free port for all ranks, or end the process that uses it.',
  });
}
