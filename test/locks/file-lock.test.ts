import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { acquireLock, removeLeftLock, thisProcess, tryLock } from '../../src/locks';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-lock-'));
  file = join(folder, 'x.lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const since = '2026-01-01T00:00:00.000Z';
/** No system gives out this process number. */
const deadPid = 2 ** 22 + 1;

function leaveLock(changes: object, secondsOld = 0): void {
  const holder = { ...thisProcess(), token: 'other', host: hostname(), since, ...changes };
  writeFileSync(file, JSON.stringify(holder));
  const then = Date.now() / 1000 - secondsOld;
  utimesSync(file, then, then);
}

const acquire = (said: string[] = []) =>
  acquireLock(file, {
    onWait: ({ pid, host, since }) => said.push(`${pid} on ${host} since ${since}`),
    pollMs: 5,
  });

describe('a lock file', () => {
  it('lets one in at a time and is gone after the last', async () => {
    let inside = 0;
    let most = 0;
    const visit = async () => {
      const lock = await acquire();
      most = Math.max(most, (inside += 1));
      await new Promise((done) => setTimeout(done, 5));
      inside -= 1;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 20 }, visit));
    expect(most).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken over from a dead process', async () => {
    leaveLock({ pid: deadPid });
    const said: string[] = [];
    const lock = await acquire(said);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject(thisProcess());
    await lock.release();
    expect(said).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken over if the process number now belongs to another process', async () => {
    leaveLock({ started: '1' });
    await (await acquire()).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is taken over by one of many that see it left behind', async () => {
    leaveLock({ pid: deadPid });
    let inside = 0;
    let most = 0;
    const visit = async () => {
      const lock = await acquire();
      most = Math.max(most, (inside += 1));
      await new Promise((done) => setTimeout(done, 2));
      inside -= 1;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 20 }, visit));
    expect(most).toBe(1);
  });

  it('is waited for, with one sentence, while its process lives', async () => {
    leaveLock({}, 3600);
    setTimeout(() => rmSync(file), 50);
    const said: string[] = [];
    await (await acquire(said)).release();
    expect(said).toEqual([`${process.pid} on ${hostname()} since ${since}`]);
  });

  it("counts another machine's lock as left behind only after a minute of silence", async () => {
    leaveLock({ host: 'elsewhere', pid: deadPid }, 50);
    await removeLeftLock(file);
    expect(existsSync(file)).toBe(true);
    leaveLock({ host: 'elsewhere', pid: deadPid }, 70);
    await removeLeftLock(file);
    expect(existsSync(file)).toBe(false);
  });

  it('gives a process time to write its name into the file', async () => {
    writeFileSync(file, '');
    await removeLeftLock(file);
    expect(existsSync(file)).toBe(true);
    utimesSync(file, 0, 0);
    await removeLeftLock(file);
    expect(existsSync(file)).toBe(false);
  });

  it('is taken over although a process was killed in the middle of taking it over', async () => {
    leaveLock({ pid: deadPid });
    writeFileSync(`${file}.takeover`, '');
    utimesSync(`${file}.takeover`, 0, 0);
    await (await acquire()).release();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is not released by a holder that has lost it', async () => {
    const lock = await acquire();
    leaveLock({});
    await lock.release();
    expect(existsSync(file)).toBe(true);
  });

  it('reports at once who holds it', async () => {
    leaveLock({ started: thisProcess().started });
    expect(await tryLock(file)).toMatchObject({ pid: process.pid, host: hostname(), since });
    rmSync(file);
    const lock = await tryLock(file);
    if (!('release' in lock)) throw new Error('nobody holds it');
    await lock.release();
    expect(existsSync(file)).toBe(false);
  });

  it('takes the lock of a dead process at once', async () => {
    leaveLock({ pid: deadPid });
    const lock = await tryLock(file);
    expect(lock).toHaveProperty('release');
    if ('release' in lock) await lock.release();
  });
});
