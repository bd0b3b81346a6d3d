import { readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { locateTensorFlow } from '../../src/engine';
import { readYaml, runChild, temporaryFolder } from './child';
import type { Ended } from './child';

const cwd = temporaryFolder();
const tracked = 'test/run/experiments/tracked.ts';
const secrets = ['hunter2', 'letmein', 'opensesame'];

/** A server that refuses everything, in words that repeat what it was asked. */
let server: Server;
let host: string;
const bodies: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => (body += piece.toString()));
    request.on('end', () => {
      bodies.push(`${request.url ?? ''} ${body}`);
      if (request.url?.includes('/mlflow/') === true) {
        const answer = {
          experiment_id: '1',
          experiment: { experiment_id: '1' },
          run: { info: { run_id: 'r' } },
        };
        response.writeHead(200).end(JSON.stringify(answer));
        return;
      }
      response.writeHead(418, `no ${request.headers.host ?? ''}`).end(request.url ?? '');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const address = `http://ann:hunter2@${host}?token=letmein`;
  return runChild(tracked, args, {
    cwd,
    env: { TRACKING_ADDRESS: address, TRACKING_TOKEN: 'opensesame', FULGUR_CACHE: '', ...env },
  });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Where a secret was found: files of all runs, and what was written to the terminal. */
function leaks({ output, errors }: Ended): string[] {
  const texts = filesBelow(cwd).map((file) => [file, readFileSync(file).toString('latin1')] as const);
  return [...texts, ['output', output] as const, ['errors', errors] as const]
    .filter(([, text]) => secrets.some((secret) => text.includes(secret)))
    .map(([place]) => place);
}

describe('secrets in addresses', () => {
  const words = (): string[] => [
    ...['--data.name', 'cifar10', '--data.url', `http://bob:hunter2@${host}/a.tar.gz?X-Signature=letmein`],
    ...['--data.fallback', 'digits'],
  ];

  it('are neither in the files of a run, nor on the terminal, nor sent to the tracking server', async () => {
    // The engine is where it is; data sets are looked for elsewhere.
    const { directory } = await locateTensorFlow({ accelerator: 'cpu' });
    const env = { XDG_CACHE_HOME: join(cwd, 'cache'), FULGUR_TENSORFLOW: directory };
    const ended = await start(words(), env);
    expect(ended).toMatchObject({ code: 0 });
    const folder = join(cwd, 'runs', 'tracked', 'version_0');
    expect(leaks(ended)).toEqual([]);
    expect(ended.errors).toContain(`http://***@${host}/a.tar.gz?X-Signature=***`);
    expect(readYaml(folder, 'config.yaml')).toMatchObject({
      data: { url: `http://***@${host}/a.tar.gz?X-Signature=***` },
    });
    const told = bodies.filter((body) => body.includes('/mlflow/')).join('\n');
    expect(told).toContain(`http://***@${host}/a.tar.gz?X-Signature=***`);
    expect(secrets.filter((secret) => told.includes(secret))).toEqual([]);

    // The record is a configuration file all the same, whose address is not asked again.
    const asked = bodies.length;
    const again = await start(['--config', join(folder, 'config.yaml'), '--resume', 'last'], env);
    expect(again).toMatchObject({ code: 0 });
    expect(bodies.slice(asked).filter((body) => !body.includes('/mlflow/'))).toEqual([]);
    expect(leaks(again)).toEqual([]);
  }, 90_000);

  it('are not in errors', async () => {
    const quoted = await start([], { QUOTE: '1' });
    expect(quoted.code).toBe(1);
    expect(quoted.errors).toContain(`of http://***@${host}?token=***`);
    expect(leaks(quoted)).toEqual([]);
    const debugged = await start([], { QUOTE: '1', FULGUR_DEBUG: '1' });
    expect(debugged.errors).toContain('at Quoting');
    expect(leaks(debugged)).toEqual([]);
    const misspelt = await start(['--data.url', 'bob:hunter2', '--data.url', 'htps//bob:hunter2@host']);
    expect(misspelt.code).toBe(2);
    const wrong = await start([], { TRACKING_ADDRESS: 'ftp://ann:hunter2@host?token=letmein' });
    expect(wrong.code).toBe(1);
    expect(wrong.errors).toContain('ftp://***@host?token=***');
    expect(leaks(wrong)).toEqual([]);
  }, 90_000);
});
