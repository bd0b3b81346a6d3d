import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { isolateNetwork } from '../../../src/launch';
import { messageOf } from '../../../src/errors';

const root = resolve(__dirname, '../../..');
const trial = spawnSync('unshare', ['--user', '--map-root-user', '--net', '--', 'true']);
const permitted = trial.status === 0;

describe('an isolated network', () => {
  // Elsewhere a run says why it cannot; what follows needs the namespace.
  (permitted ? it : it.skip)(
    'has a loopback, sees nothing of the outside, and passes the exit code on',
    async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      const { port } = server.address() as AddressInfo;
      const run = [
        `require('ts-node/register');`,
        `const { isolateNetwork } = require(${JSON.stringify(join(root, 'src/launch'))});`,
        `const words = ['-r', 'ts-node/register', ${JSON.stringify(join(__dirname, 'isolated.ts'))}, '${port}'];`,
        `isolateNetwork([process.execPath, ...words], ['SIGTERM']).then((code) => process.exit(code));`,
      ].join('\n');
      const { status, stdout } = spawnSync(process.execPath, ['-e', run], {
        cwd: root,
        encoding: 'utf8',
        env: { ...process.env, TS_NODE_PROJECT: join(root, 'tsconfig.json') },
      });
      server.close();
      expect(JSON.parse(stdout)).toEqual({ marked: true, inside: true, outside: false });
      expect(status).toBe(5);
    },
  );

  it('is rejected with an explanation if it cannot be created', async () => {
    const before = process.env['PATH'];
    process.env['PATH'] = '/nowhere';
    const message = await isolateNetwork(['true'], []).catch(messageOf);
    process.env['PATH'] = before;
    expect(message).toContain(
      '--isolate was given, but this system does not let this user create a network namespace',
    );
    expect(message).toContain('Remove --isolate');
  });
});
