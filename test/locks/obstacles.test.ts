import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock, removeLeftLock, tryLock } from '../../src/locks';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-lock-'));
  chmodSync(folder, 0o777);
  file = join(folder, 'x.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const why =
  'It identifies the process that works in that folder, and without it two could do so at once. Make sure that no other process (perhaps of another user) works there, then remove it, or use another folder.';
const kinds: readonly (readonly [string, (path: string) => void, string])[] = [
  ['a folder', (path) => mkdirSync(path), 'is a folder'],
  ['a link to nothing', (path) => symlinkSync('/nowhere', path), 'is a symbolic link'],
  ['a link to itself', (path) => symlinkSync(path, path), 'is a symbolic link'],
  ['a link to an endless device', (path) => symlinkSync('/dev/zero', path), 'is a symbolic link'],
  ['a pipe', (path) => void execFileSync('mkfifo', [path]), 'is not a regular file'],
  [
    'a huge file',
    (path) => writeFileSync(path, Buffer.alloc(100_000)),
    'has 100000 bytes, and is not a lock file',
  ],
];

describe.each(kinds)('%s in the place of a lock file', (_, make, what) => {
  it('ends waiting for the lock at once, and the attempt to take it', async () => {
    make(file);
    const message = `The lock file ${file} ${what}. ${why}`;
    await expect(acquireLock(file, { onWait: () => undefined })).rejects.toThrow(message);
    await expect(tryLock(file)).rejects.toThrow(message);
    await removeLeftLock(file);
  });

  it('is also reported for the guard under which a lock is taken over', async () => {
    writeFileSync(file, '');
    utimesSync(file, 0, 0);
    make(`${file}.takeover`);
    await expect(tryLock(file)).rejects.toThrow(`The lock file ${file}.takeover ${what}. ${why}`);
    await removeLeftLock(file);
  });
});

it('reports a socket', async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(file, done));
  await expect(tryLock(file)).rejects.toThrow(`The lock file ${file} is not a regular file. ${why}`);
  await new Promise((done) => server.close(done));
});

it('gives up on a file that names nobody and never grows old', async () => {
  writeFileSync(file, 'half a lo');
  utimesSync(file, 4e9, 4e9);
  const wait = acquireLock(file, { onWait: () => undefined, unsettledMs: 50 });
  await expect(wait).rejects.toThrow(
    `The lock file ${file} has named no process for 0.05 seconds, and could not be taken over. ${why}`,
  );
});

it('reports why a lock cannot be created', async () => {
  const missing = join(folder, 'missing', 'x.lock');
  await expect(tryLock(missing)).rejects.toThrow(
    `The lock file ${missing} cannot be written: ENOENT: no such file or directory, open '${missing}'. ${why}`,
  );
});

describe('as a user who may not do everything', () => {
  const isRoot = process.getuid?.() === 0;
  beforeEach(() => {
    writeFileSync(file, '{}');
    chmodSync(file, 0);
    if (isRoot) process.seteuid?.(65_534);
  });
  afterEach(() => {
    if (isRoot) process.seteuid?.(0);
  });

  it("reports another user's lock that cannot be read", async () => {
    await expect(tryLock(file)).rejects.toThrow(
      `The lock file ${file} cannot be read: EACCES: permission denied, open '${file}'. ${why}`,
    );
    await removeLeftLock(file);
  });
});

it("reports another user's abandoned lock that cannot be removed", async () => {
  if (process.getuid?.() !== 0) return;
  writeFileSync(file, '');
  utimesSync(file, 0, 0);
  // As /tmp: everybody may write, and remove only what is theirs.
  chmodSync(folder, 0o1777);
  process.seteuid?.(65_534);
  try {
    await expect(tryLock(file)).rejects.toThrow(
      `The lock file ${file} belongs to a process that has ended, and cannot be removed: ` +
        `EPERM: operation not permitted, unlink '${file}'. ${why}`,
    );
  } finally {
    process.seteuid?.(0);
  }
});
