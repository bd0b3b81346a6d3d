import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

/** What a rank of a scenario wrote: one JSON value. */
export interface RankReport<T> {
  readonly code: number | null;
  readonly value: T | null;
  readonly errors: string;
}

/** Runs a scenario of `test/ranks/scenarios` in as many real processes; each prints one line of JSON last. */
export async function runGroup<T>(scenario: string, worldSize: number): Promise<RankReport<T>[]> {
  const ports = await freePorts(worldSize);
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  return Promise.all(addresses.map((_, rank) => runRank<T>(scenario, rank, addresses)));
}

function runRank<T>(scenario: string, rank: number, addresses: readonly string[]): Promise<RankReport<T>> {
  const child = spawn(
    process.execPath,
    [
      '-r',
      require.resolve('ts-node/register'),
      join(__dirname, 'scenarios', `${scenario}.ts`),
      String(rank),
      addresses.join(','),
    ],
    {
      cwd: root,
      env: { ...process.env, TS_NODE_PROJECT: join(root, 'tsconfig.json') },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  return new Promise((done) => {
    child.once('close', (code) => {
      const last = output.trim().split('\n').at(-1) ?? '';
      done({ code, value: last === '' ? null : (JSON.parse(last) as T), errors });
    });
  });
}

/** Ports that nobody listens on; all are held until all are known, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
