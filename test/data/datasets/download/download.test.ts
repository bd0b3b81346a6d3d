import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { download } from '../../../../src/data/datasets/download/download';
import type { DownloadOptions } from '../../../../src/data/datasets/download/download';
import { ArchiveServer } from '../helpers/archive-server';

const content = randomBytes(200_000);
const md5 = createHash('md5').update(content).digest('hex');
let server: ArchiveServer;
let url: string;
let folder: string;
let file: string;
let messages: string[];

beforeEach(async () => {
  server = new ArchiveServer(content);
  url = await server.listen();
  folder = await mkdtemp(join(tmpdir(), 'fulgur-download-'));
  file = join(folder, 'thing.bin');
  messages = [];
});
afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function get(
  options: Omit<DownloadOptions, 'onMessage'> & { md5?: string; mostBytes?: number; from?: string } = {},
): Promise<void> {
  const { md5: wanted = md5, mostBytes = 1e9, from = url, ...others } = options;
  const onMessage = (_level: string, text: string): void => void messages.push(text);
  return download(
    { url: from, file, md5: wanted, mostBytes, title: 'Thing' },
    { onMessage, retryMs: 1, ...others },
  );
}

describe('download', () => {
  it('fetches a file, reports its progress, and leaves nothing else behind', async () => {
    await get();
    expect(await readFile(file)).toEqual(content);
    expect(await readdir(folder)).toEqual(['thing.bin']);
    expect(messages[0]).toBe(`Downloading Thing from ${url}.`);
    expect(messages.at(-1)).toBe('Thing: 100 % of 200 kB');
  });

  it('fails if a server sends more than the file has, whether or not it reports it before', async () => {
    await expect(get({ mostBytes: 100_000 })).rejects.toThrow(
      'the server announces 200 kB, and the file has fewer than 100 kB',
    );
    server.behaviour = 'endless';
    await expect(get({ mostBytes: 1_000_000 })).rejects.toThrow(
      'the server continued to send, and the file has fewer than 1 MB',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not accept single bytes as a stream', async () => {
    server.behaviour = 'drip';
    await expect(get({ paceMs: 100, leastBytes: 1000 })).rejects.toThrow(
      /^the server sent 0(\.\d)? kB in 0\.1 s, which is too slow$/,
    );
  });

  it.each([
    ['user:p%40ss', 'user:p@ss'],
    ['user', 'user:'],
    ['100%:half', '100%:half'],
    ['ü%zz:p', 'ü%zz:p'],
  ])('logs in with %s, and leaves it out of the address', async (login, words) => {
    await get({ from: url.replace('//', `//${login}@`) });
    expect(server.logins).toEqual([`Basic ${Buffer.from(words).toString('base64')}`]);
  });

  it('continues where a broken connection ended', async () => {
    server.breaks = [70_000, 50_000];
    await get();
    expect(await readFile(file)).toEqual(content);
    expect(server.ranges).toEqual([undefined, 'bytes=70000-', 'bytes=120000-']);
  });

  it('reuses what a killed process had downloaded', async () => {
    const host = hostname().replace(/[^A-Za-z0-9]/g, '');
    // No process has this number: it is above the system's limit.
    await writeFile(`${file}.part-${host}-99999999-0badcafe`, content.subarray(0, 90_000));
    await get();
    expect(server.ranges).toEqual(['bytes=90000-']);
    expect(messages[0]).toBe(`Downloading Thing from ${url}, continuing after 90 kB.`);
    expect(await readFile(file)).toEqual(content);
    expect(await readdir(folder)).toEqual(['thing.bin']);
  });

  it('leaves the unfinished file of another machine alone until that has been silent for a long time', async () => {
    const other = `${file}.part-elsewhere-1-0badcafe`;
    await writeFile(other, content.subarray(0, 90_000));
    await get();
    expect((await readdir(folder)).sort()).toEqual(['thing.bin', 'thing.bin.part-elsewhere-1-0badcafe']);
    await rm(file);
    await utimes(other, 0, 0);
    await get();
    expect(server.ranges).toEqual([undefined, 'bytes=90000-']);
    expect(await readdir(folder)).toEqual(['thing.bin']);
  });

  it('starts again if the server cannot continue', async () => {
    server.breaks = [70_000];
    server.behaviour = 'ignore-ranges';
    await get();
    expect(await readFile(file)).toEqual(content);
  });

  it('accepts what had arrived completely before the process was killed', async () => {
    const host = hostname().replace(/[^A-Za-z0-9]/g, '');
    await writeFile(`${file}.part-${host}-99999999-0badcafe`, content);
    await get();
    expect(server.ranges).toEqual(['bytes=200000-']);
    expect(await readFile(file)).toEqual(content);
  });

  it('deletes a file with another checksum and reports it', async () => {
    await expect(get({ md5: '00' })).rejects.toThrow(
      `The Thing archive from ${url} has MD5 ${md5} instead of 00. ` +
        'The address serves another file, or the file was damaged in transit; it has been deleted. ' +
        'Run again, or pass another address with --data.url.',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('does not retry if the server has no such file', async () => {
    server.behaviour = 'not-found';
    await expect(get()).rejects.toMatchObject({
      name: 'TransferError',
      message: 'the server responded with 404 Not Found',
    });
    expect(server.ranges).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('gives up after two attempts on a server that sends nothing', async () => {
    server.behaviour = 'silent';
    await expect(get({ connectMs: 50 })).rejects.toThrow('no response within 0.05 s');
    expect(server.ranges).toHaveLength(2);
    expect(await readdir(folder)).toEqual([]);
  });

  it('tries four times if something arrived, and keeps it', async () => {
    server.breaks = [70_000, 0, 0, 0];
    await expect(get()).rejects.toMatchObject({ name: 'TransferError' });
    expect(server.ranges).toEqual([undefined, ...new Array<string>(3).fill('bytes=70000-')]);
    const [left] = await readdir(folder);
    expect(await readFile(join(folder, left!))).toEqual(content.subarray(0, 70_000));
  });

  it('fails at once if nothing listens', async () => {
    await server.close();
    const began = Date.now();
    await expect(get()).rejects.toThrow(/^connect ECONNREFUSED/);
    expect(Date.now() - began).toBeLessThan(2000);
    await server.listen();
  });

  it('stops when told to, and keeps what has arrived', async () => {
    server.breaks = [70_000];
    const controller = new AbortController();
    const onMessage = (_level: string, text: string): void => {
      if (text.startsWith('Thing: 30 %')) controller.abort(new Error('Ctrl-C'));
    };
    const request = { url, file, md5, mostBytes: 1e9, title: 'Thing' };
    await expect(download(request, { onMessage, signal: controller.signal })).rejects.toThrow('Ctrl-C');
    const [left] = await readdir(folder);
    expect((await readFile(join(folder, left!))).length).toBeGreaterThan(50_000);
    await get();
    expect(await readFile(file)).toEqual(content);
  });
});
