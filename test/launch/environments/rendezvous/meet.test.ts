import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { meet } from '../../../../src/launch/environments/rendezvous/meet';
import { rejectionOf } from '../failure-of';
import { freePortNumber } from '../free-port-number';

const host = '127.0.0.1';
let port: number;

beforeEach(async () => {
  port = await freePortNumber();
});

// Node lists what was closed for a moment longer.
afterEach(async () => {
  for (let tries = 0; openSockets().length > 0 && tries < 50; tries++) await pause(5);
  expect(openSockets()).toEqual([]);
});

function openSockets(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name.startsWith('TCP'));
}

function join(rank: number, worldSize: number, { token = 'job', joinSeconds = 4 } = {}) {
  return meet({ host, port, token, rank, worldSize }, { joinSeconds });
}

function hello(changes: Record<string, unknown>): string {
  return `${JSON.stringify({ rank: 1, worldSize: 2, port: 4001, token: 'job', ...changes })}\n`;
}

/** Says a text to whoever listens, as soon as somebody does; ends with what came back when the connection closed. */
async function say(text: string): Promise<string> {
  for (;;) {
    let back = '';
    const socket = connect({ host, port });
    const connected = await new Promise<boolean>((resolve) => {
      socket.once('error', () => resolve(false));
      socket.once('connect', () => resolve(true));
    });
    if (!connected) {
      await pause(5);
      continue;
    }
    socket.on('error', () => undefined);
    socket.on('data', (piece) => (back += piece.toString()));
    socket.write(text);
    await new Promise((resolve) => socket.once('close', resolve));
    return back;
  }
}

it('waits for weeks if requested, on both sides', async () => {
  const joinSeconds = 3_000_000;
  const first = join(0, 3, { joinSeconds });
  const second = join(1, 3, { joinSeconds });
  expect(await Promise.race([first, second, pause(300)])).toBeUndefined();
  const third = join(2, 3, { joinSeconds });
  expect(await first).toHaveLength(3);
  expect(await second).toEqual(await third);
});

/** Somebody else at the port. */
async function occupy(onConnection: (socket: Socket) => void): Promise<Server> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  expect((server.address() as AddressInfo).port).toBe(port);
  return server;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

describe('a meeting', () => {
  it('gives every rank the addresses of all', async () => {
    const ranks = [3, 1, 0, 4, 2];
    const lists = await Promise.all(ranks.map((rank) => join(rank, 5)));
    expect(new Set(lists.map((list) => list.join())).size).toBe(1);
    expect(lists[0]).toHaveLength(5);
    expect(new Set(lists[0]).size).toBe(5);
    expect(lists[0]?.every((address) => /^127\.0\.0\.1:\d+$/.test(address))).toBe(true);
  });

  it('puts every rank at its place', async () => {
    const listed = join(0, 3);
    const hellos = [hello({ worldSize: 3, rank: 2, port: 4002 }), hello({ worldSize: 3 })];
    const answers = await Promise.all(hellos.map(say));
    expect(answers).toEqual(Array(2).fill(answers[0]));
    expect(JSON.parse(answers[0] ?? '')).toEqual({ kind: 'addresses', addresses: await listed });
    expect((await listed).slice(1)).toEqual(['127.0.0.1:4001', '127.0.0.1:4002']);
  });

  it('goes well with ranks that start before rank 0, by the name of a host as well', async () => {
    const early = [1, 2].map((rank) => meet({ host: 'localhost', port, token: 'job', rank, worldSize: 3 }));
    await pause(100);
    const first = await meet({ host: 'localhost', port, token: 'job', rank: 0, worldSize: 3 });
    expect(first[0]).toMatch(/^localhost:\d+$/);
    await expect(Promise.all(early)).resolves.toEqual([first, first]);
  });

  it('leaves the ports free that it found', async () => {
    const [addresses] = await Promise.all([join(0, 2), join(1, 2)]);
    for (const address of addresses) {
      port = Number(address.split(':')[1]);
      await close(await occupy((socket) => socket.destroy()));
    }
  });

  it('accepts a rank that connects again after its connection broke', async () => {
    const listed = join(0, 3);
    await pause(20);
    const broken = connect({ host, port });
    broken.write(hello({ worldSize: 3, port: 1 }));
    await pause(50);
    broken.destroy();
    await pause(50);
    const [first] = await Promise.all([listed, join(1, 3), join(2, 3)]);
    expect(first[1]).not.toBe('127.0.0.1:1');
  });

  it('names exactly the ranks that did not come, to all who did', async () => {
    const joinSeconds = 0.6;
    const messages = await Promise.all([0, 2].map((rank) => rejectionOf(join(rank, 5, { joinSeconds }))));
    const what = `Ranks 1, 3, 4 of 5 did not arrive at 127.0.0.1:${port} within 0.6 seconds.`;
    const fix = 'Check the output of those processes, and whether their hosts can reach that port.';
    expect(messages).toEqual([
      `ranks: ${what} ${fix}`,
      `ranks: ${what} Rank 0 at 127.0.0.1:${port} reported this. ${fix}`,
    ]);
  });

  it('names a single rank', async () => {
    await expect(rejectionOf(join(0, 2, { joinSeconds: 0.1 }))).resolves.toMatch(
      /^ranks: Rank 1 of 2 did not arrive at /,
    );
  });

  it('fails if rank 0 does not answer', async () => {
    await expect(rejectionOf(join(1, 2, { joinSeconds: 0.3 }))).resolves.toBe(
      `ranks: Rank 0 at 127.0.0.1:${port} did not answer within 0.3 seconds (ECONNREFUSED). Check the output of rank 0, and whether the host of rank 1 can reach that port.`,
    );
  });

  it('fails if rank 0 listens but stays silent', async () => {
    const sockets: Socket[] = [];
    const mute = await occupy((socket) => sockets.push(socket));
    await expect(rejectionOf(join(1, 2, { joinSeconds: 0.1 }))).resolves.toBe(
      `ranks: Rank 0 at 127.0.0.1:${port} did not send the addresses of all 2 ranks within 0.1 seconds. Check the output of rank 0, which names the missing ranks.`,
    );
    for (const socket of sockets) socket.destroy();
    await close(mute);
  });

  it('fails if something else listens', async () => {
    const other = await occupy((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await expect(rejectionOf(join(1, 2, { joinSeconds: 0.2 }))).resolves.toBe(
      `ranks: Rank 0 at 127.0.0.1:${port} did not answer within 0.2 seconds: what listens there does not belong to this job. Set MASTER_PORT to a free port for all ranks, or end the process that uses it.`,
    );
    await close(other);
  });

  it('reports at rank 0 that its port is taken', async () => {
    const other = await occupy((socket) => socket.destroy());
    await expect(rejectionOf(join(0, 2))).resolves.toBe(
      `config: Rank 0 cannot wait for the other ranks at 127.0.0.1:${port}: port ${port} is taken. Set MASTER_PORT to a free port for all ranks, or end the process that uses it.`,
    );
    await close(other);
  });

  it('rejects two processes of one rank, and tells both', async () => {
    const messages = await Promise.all([0, 1, 1].map((rank) => rejectionOf(join(rank, 3))));
    const what =
      /^config: Two processes say that they are rank 1: 127\.0\.0\.1:\d+ and 127\.0\.0\.1:\d+\. (Rank 0 at 127\.0\.0\.1:\d+ reported this\. )?Give every process its own rank, and end those of an earlier start\.$/;
    for (const message of messages) expect(message).toMatch(what);
  });

  it('rejects a second rank 0', async () => {
    const first = rejectionOf(join(0, 2));
    await say(hello({ rank: 0 }));
    await expect(first).resolves.toMatch(
      /^config: Two processes say that they are rank 0: .* and 127.0.0.1:4001\./,
    );
  });

  it('rejects ranks that disagree on the number of ranks', async () => {
    const messages = await Promise.all([rejectionOf(join(0, 2)), rejectionOf(join(2, 3))]);
    for (const message of messages) {
      expect(message).toMatch(
        /^config: Rank 2 \(127\.0\.0\.1:\d+\) was started for 3 ranks, but rank 0 for 2\. .*Start all processes with the same world size\.$/,
      );
    }
  });

  it('rejects a rank beyond the number of ranks', async () => {
    const messages = await Promise.all([rejectionOf(join(0, 2)), rejectionOf(join(2, 2))]);
    for (const message of messages) {
      expect(message).toMatch(
        /^config: A process \(127\.0\.0\.1:\d+\) says that it is rank 2 of 2\. .*Give every process a rank from 0 to 1\.$/,
      );
    }
  });

  it.each([
    ['a request of a browser', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['bytes', '\u0000\u0001\ufffd\n'],
    ['a line without an end', 'x'.repeat(20_000)],
    ['a long line', `"${'x'.repeat(20_000)}"\n`],
    ['a number', '7\n'],
    ['a rank that is a text', hello({ rank: '1' })],
    ['a port that is none', hello({ port: 70_000 })],
    ['no token', hello({ token: undefined })],
  ])('does not listen to %s', async (_, text) => {
    const listed = join(0, 2);
    await expect(say(text)).resolves.toBe('');
    const second = await join(1, 2);
    await expect(listed).resolves.toEqual(second);
  });

  it('does not wait for a stranger that says nothing', async () => {
    const listed = join(0, 2);
    await pause(20);
    const silent = connect({ host, port });
    const closed = new Promise((resolve) => silent.once('close', resolve));
    silent.on('error', () => undefined);
    await Promise.all([listed, join(1, 2)]);
    await closed;
  });

  it('keeps two jobs apart', async () => {
    const stray = rejectionOf(join(1, 2, { token: 'other', joinSeconds: 0.3 }));
    const listed = join(0, 2);
    await expect(stray).resolves.toBe(
      `ranks: Rank 0 at 127.0.0.1:${port} did not answer within 0.3 seconds: what listens there does not belong to this job. Set MASTER_PORT to a free port for all ranks, or end the process that uses it.`,
    );
    const second = await join(1, 2);
    await expect(listed).resolves.toEqual(second);
  });

  it('meets at a port again right after a meeting', async () => {
    for (let round = 0; round < 3; round++) {
      const [first, second] = await Promise.all([join(0, 2), join(1, 2)]);
      expect(first).toEqual(second);
    }
  });
});
