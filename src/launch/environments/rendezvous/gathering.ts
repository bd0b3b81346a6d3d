import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { FulgurError, messageOf } from '../../../errors';
import { startTimer } from '../../../system';
import { formatAddress, isLoopback, unmapped } from '../address';
import type { Meeting } from './meeting';
import { firstLine, formatMessage, longestHello, parseHello } from './messages';
import type { Answer, Hello, Refusal } from './messages';

/** Milliseconds that a rank may take to read its answer. */
const farewell = 2000;

/** A rank that has arrived. */
interface Guest {
  readonly socket: Socket;
  readonly address: string;
}

/** Rank 0's side of a meeting: it listens until all ranks have arrived, and sends everyone the addresses of all. */
export class Gathering {
  readonly #meeting: Meeting;
  readonly #server: Server = createServer((socket) => void this.#welcome(socket));
  /** All connections, including those of strangers. */
  readonly #sockets = new Set<Socket>();
  /** Connections of this job, which are told the outcome. */
  readonly #listeners = new Set<Socket>();
  readonly #guests = new Map<number, Guest>();
  /** What the last rejected visitor said. */
  #turnedAway: string | null = null;
  #end: (refusal: Refusal | null) => void = () => undefined;

  constructor(meeting: Meeting) {
    this.#meeting = meeting;
  }

  /** @throws FulgurError if the port is taken, a rank does not arrive in time, or ranks contradict each other. */
  async addresses(): Promise<readonly string[]> {
    await this.#listen();
    const timer = startTimer(this.#meeting.joinSeconds * 1000, () => this.#end(this.#absence()));
    try {
      const refusal = await new Promise<Refusal | null>((resolve) => {
        this.#end = resolve;
        this.#endWhenAllAreHere();
      });
      if (refusal !== null) {
        await this.#tellAll({ kind: 'refusal', refusal });
        throw new FulgurError(refusal.area, refusal);
      }
      const addresses = this.#addressesByRank();
      await this.#tellAll({ kind: 'addresses', addresses });
      return addresses;
    } finally {
      timer.cancel();
      await this.#close();
    }
  }

  /**
   * Listens on the loopback if that is the meeting place, otherwise on all interfaces, because a host may resolve its
   * own name to the loopback.
   */
  async #listen(): Promise<void> {
    const { host, port } = this.#meeting.place;
    try {
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(isLoopback(host) ? { host, port } : { port }, resolve);
      });
    } catch (cause) {
      const taken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
      throw new FulgurError('config', {
        what: `Rank 0 cannot wait for the other ranks at ${formatAddress({ host, port })}: ${
          taken ? `port ${port} is taken` : messageOf(cause)
        }.`,
        fix: taken
          ? 'Set MASTER_PORT to a free port for all ranks, or end the process that uses it.'
          : 'Set MASTER_ADDR and MASTER_PORT to a host and a port that rank 0 can listen on.',
        cause,
      });
    }
  }

  async #welcome(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.on('close', () => this.#forget(socket));
    // A broken connection is also closed, and its rank connects again.
    socket.on('error', () => undefined);
    const line = await firstLine(socket, longestHello);
    const hello = line === null ? null : parseHello(line);
    if (hello === null) socket.destroy();
    else if (hello.token !== this.#meeting.place.token) socket.end(formatMessage({ kind: 'another job' }));
    else this.#seat(hello, socket);
  }

  #seat(hello: Hello, socket: Socket): void {
    this.#listeners.add(socket);
    const address = formatAddress({ host: this.#hostOf(socket), port: hello.port });
    const refusal = this.#contradiction(hello, address);
    if (refusal !== null) {
      if (this.#meeting.place.open === true) this.#turnAway(refusal, socket);
      else this.#end(refusal);
      return;
    }
    this.#guests.set(hello.rank, { socket, address });
    this.#endWhenAllAreHere();
  }

  /** A visitor that contradicts the job may be a stranger or a misconfigured rank; the timeout will show which. */
  #turnAway(refusal: Refusal, socket: Socket): void {
    this.#turnedAway = refusal.what;
    this.#listeners.delete(socket);
    void tell(socket, { kind: 'refusal', refusal });
  }

  #contradiction({ rank, worldSize }: Hello, address: string): Refusal | null {
    const own = this.#meeting.worldSize;
    if (worldSize !== own) {
      return {
        area: 'config',
        what: `Rank ${rank} (${address}) was started for ${worldSize} ranks, but rank 0 for ${own}.`,
        fix: 'Start all processes with the same world size.',
      };
    }
    if (rank >= worldSize) {
      return {
        area: 'config',
        what: `A process (${address}) says that it is rank ${rank} of ${worldSize}.`,
        fix: `Give every process a rank from 0 to ${worldSize - 1}.`,
      };
    }
    const other = rank === 0 ? this.#ownAddress() : this.#guests.get(rank)?.address;
    if (other === undefined) return null;
    return {
      area: 'config',
      what: `Two processes say that they are rank ${rank}: ${other} and ${address}.`,
      fix: 'Give every process its own rank, and end those of an earlier start.',
    };
  }

  /** Returns the address by which other hosts reach a rank; ranks on rank 0's own host get rank 0's name. */
  #hostOf(socket: Socket): string {
    const remote = unmapped(socket.remoteAddress ?? '');
    const near = remote === '' || isLoopback(remote) || remote === unmapped(socket.localAddress ?? '');
    return near ? this.#meeting.place.host : remote;
  }

  #endWhenAllAreHere(): void {
    if (this.#absent().length === 0) this.#end(null);
  }

  #absent(): number[] {
    const ranks = Array.from({ length: this.#meeting.worldSize }, (_, rank) => rank);
    return ranks.filter((rank) => rank !== 0 && !this.#guests.has(rank));
  }

  #absence(): Refusal {
    const { place, worldSize, joinSeconds } = this.#meeting;
    const absent = this.#absent();
    const named = `${absent.length === 1 ? 'Rank' : 'Ranks'} ${absent.join(', ')} of ${worldSize}`;
    return {
      area: 'ranks',
      what:
        `${named} did not arrive at ${formatAddress(place)} within ${joinSeconds} seconds.` +
        (this.#turnedAway === null ? '' : ` A process was rejected: ${this.#turnedAway}`),
      fix: 'Check the output of those processes, and whether their hosts can reach that port.',
    };
  }

  #ownAddress(): string {
    return formatAddress({ host: this.#meeting.place.host, port: this.#meeting.ownPort });
  }

  #addressesByRank(): string[] {
    const { worldSize } = this.#meeting;
    return Array.from(
      { length: worldSize },
      (_, rank) => this.#guests.get(rank)?.address ?? this.#ownAddress(),
    );
  }

  async #tellAll(answer: Answer): Promise<void> {
    await Promise.all([...this.#listeners].map((socket) => tell(socket, answer)));
  }

  #forget(socket: Socket): void {
    this.#sockets.delete(socket);
    this.#listeners.delete(socket);
    for (const [rank, guest] of this.#guests) if (guest.socket === socket) this.#guests.delete(rank);
  }

  #close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** Resolves when the other side has read the answer and closed, or has had enough time to do so. */
function tell(socket: Socket, answer: Answer): Promise<void> {
  return new Promise((resolve) => {
    const timer = startTimer(farewell, () => socket.destroy());
    socket.once('close', () => {
      timer.cancel();
      resolve();
    });
    socket.end(formatMessage(answer));
  });
}
