import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlflowClient } from '../../plugins/mlflow-logger/mlflow-client';
import { transfer } from '../../src/data/datasets/download/transfer';

const answer = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nfalse';

let server: Server;
let folder: string;
let address: string;
let sockets: Socket[];

/** A server that answers with what cannot be decompressed. */
async function serve(after: (socket: Socket) => void): Promise<void> {
  sockets = [];
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => after(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-bodies-'));
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function messageOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing failed',
    (error: unknown) => (error as Error).message,
  );
}

function download(): Promise<string> {
  return messageOf(transfer(address, join(folder, 'file'), { stallMs: 200 }));
}

function request(): Promise<string> {
  const closing = new AbortController();
  setTimeout(() => closing.abort(), 200);
  return messageOf(
    new MlflowClient({ trackingUri: address, token: null }, closing.signal).get('runs/get', {}),
  );
}

const stalled = 'the server sent nothing for 0.2 s';
const faulty = 'incorrect header check';

describe('an answer that cannot be decompressed', () => {
  it('is reported as such if the connection stays open', async () => {
    await serve((socket) => socket.write(answer));
    expect(await download()).toBe(faulty);
    expect(await request()).toContain(`MLflow at ${address} does not answer (Z_DATA_ERROR).`);
  });

  // Whether Node's fetch learns of the fault is then a matter of how the packets come: mostly it never ends, and does not
  // hear that it is to.
  it('ends with its time limit, or the run, where the connection ends with it', async () => {
    await serve((socket) => socket.end(answer));
    expect([stalled, faulty]).toContain(await download());
    const found = /does not answer \(.*?\)/.exec(await request())?.[0];
    expect([
      'does not answer (no response before the end of the run)',
      'does not answer (Z_DATA_ERROR)',
    ]).toContain(found);
  });
});
