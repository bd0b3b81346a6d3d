import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MlflowClient } from '../../plugins/mlflow-logger/mlflow-client';
import { transfer } from '../../src/data/datasets/download/transfer';

/** Node's fetch mostly never ends with such a body, and does not hear that it is to; sometimes it finds the fault. */
const answer = 'HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\n\r\nfalse';

let server: Server;
let folder: string;
let address: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-bodies-'));
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

it('a download of what cannot be decompressed ends', async () => {
  await expect(transfer(address, join(folder, 'file'), { stallMs: 200 })).rejects.toThrow(
    /the server sent nothing for 0\.2 s|incorrect header check/,
  );
});

it('a request to MLflow that is answered so ends with the run', async () => {
  const closing = new AbortController();
  const client = new MlflowClient({ trackingUri: address, token: null }, closing.signal);
  setTimeout(() => closing.abort(), 200);
  await expect(client.get('runs/get', {})).rejects.toThrow(
    new RegExp(
      `^MLflow at ${address} does not answer \\((nothing before the end of the run|.*incorrect header check.*)\\)`,
    ),
  );
});
