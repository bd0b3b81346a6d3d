import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRegularFile, readRegularFile, readRegularText } from '../../src/system';

let folder: string;
let server: Server;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-regular-'));
  execFileSync('mkfifo', [at('pipe')]);
  mkdirSync(at('folder'));
  symlinkSync('/dev/zero', at('endless'));
  symlinkSync('pipe', at('link-to-pipe'));
  symlinkSync('nothing', at('dangling'));
  symlinkSync('itself', at('itself'));
  writeFileSync(at('sparse'), '');
  truncateSync(at('sparse'), 20e9);
  writeFileSync(at('small'), 'twelve bytes');
  writeFileSync(at('empty'), '');
  symlinkSync('small', at('link'));
  server = createServer();
  await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

async function reasons(name: string, most: number): Promise<readonly string[]> {
  const said: string[] = [];
  const note = (error: unknown): void => void said.push((error as Error).message);
  await readRegularFile(at(name), most).catch(note);
  try {
    readRegularText(at(name), most);
  } catch (error) {
    note(error);
  }
  return said;
}

describe('a file from outside', () => {
  it.each([
    ['pipe', 'it is a pipe, not a regular file'],
    ['link-to-pipe', 'it is a pipe, not a regular file'],
    ['folder', 'it is a folder, not a regular file'],
    ['socket', 'it is a socket, not a regular file'],
    ['endless', 'it is a device, not a regular file'],
    ['sparse', 'it has 20 GB, but at most 1 MB are read'],
  ])('is rejected if it is a %s', async (name, reason) => {
    expect(await reasons(name, 1e6)).toEqual([reason, reason]);
  });

  it.each([
    ['dangling', 'ENOENT'],
    ['itself', 'ELOOP'],
    ['small/below', 'ENOTDIR'],
  ])("keeps the system's error: %s", async (name, code) => {
    expect(await reasons(name, 1e6)).toEqual([expect.stringContaining(code), expect.stringContaining(code)]);
  });

  it.each([
    ['small', 'twelve bytes'],
    ['link', 'twelve bytes'],
    ['empty', ''],
  ])('is read whole: %s', async (name, text) => {
    for (const most of [12, 13, 1e6, Infinity]) {
      expect((await readRegularFile(Buffer.from(at(name)), most)).toString()).toBe(text);
      expect(readRegularText(at(name), most)).toBe(text);
    }
  });

  it('has at most the allowed number of bytes', async () => {
    expect(await reasons('small', 11)).toEqual(
      Array(2).fill('it has 12 bytes, but at most 11 bytes are read'),
    );
  });

  // Files below /proc say that they are empty, whatever they hold.
  const symbols = '/proc/kallsyms';
  it('may contain more than it reports, up to the limit', async () => {
    if (!existsSync(symbols)) return;
    const whole = await readRegularFile(symbols, Infinity);
    expect(readRegularText(symbols, Infinity)).toHaveLength(whole.length);
    expect(whole.length).toBeGreaterThan(1 << 16);
    await expect(readRegularFile(symbols, 100_000)).rejects.toThrow(
      'it continues, but at most 100 kB are read',
    );
  });

  it('can be opened to be read in parts', async () => {
    const file = await openRegularFile(at('small'));
    const { buffer } = await file.read(Buffer.alloc(6), 0, 6, 0);
    await file.close();
    expect(buffer.toString()).toBe('twelve');
    await expect(openRegularFile(at('pipe'))).rejects.toThrow('it is a pipe, not a regular file');
  });
});
