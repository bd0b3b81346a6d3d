import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { visit } from './visitor';

it('lets the process end at once even with connected readers, one of which never reads', async () => {
  const script = join(__dirname, 'connected-run.ts');
  const child = spawn(process.execPath, [require.resolve('ts-node/dist/bin'), script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString();
      const found = /Live page: (\S+)\n/.exec(output)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', () => reject(new Error(`it ended: ${output}`)));
  });
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const { port, hash } = new URL(address);
  const silent = createConnection(Number(port), '127.0.0.1').on('error', () => undefined);
  silent.write(`GET /events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${hash.slice(1)}\r\n\r\n`);
  const reader = await visit(address);
  child.stdin.write('on\n');
  expect(await exit).toBe(0);
  const exitedAt = Date.now();
  await reader.over;
  silent.destroy();
  expect(reader.updates.flatMap(({ end }) => end?.status ?? [])).toEqual(['over', 'finished']);
  const [, endedAt] = /ended (\d+)/.exec(output) ?? [];
  // A fraction of a second; the limit is wide, since machines are slow at times.
  expect(exitedAt - Number(endedAt)).toBeLessThan(5000);
});
