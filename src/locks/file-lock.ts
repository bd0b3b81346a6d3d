import { randomUUID } from 'node:crypto';
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, thisProcess, type ProcessIdentity } from './process-identity';

/** A held lock. */
export interface FileLock {
  release(): Promise<void>;
}

export interface LockOptions {
  /** Called when the wait begins, and every half minute of waiting, with who holds the lock. */
  readonly onWait: (holder: LockHolder) => void;
  /** Milliseconds between two tries (default 250). */
  readonly pollMs?: number;
}

/** The process that holds a lock. */
export interface LockHolder extends ProcessIdentity {
  readonly token: string;
  readonly host: string;
  /** When the lock was taken: ISO 8601. */
  readonly since: string;
}

const heartbeatMs = 10_000;
const silentMs = 60_000;
/** Longer than any process takes from creating the lock file to having written it. */
const writingMs = 5_000;
const sayAgainMs = 30_000;
const POLL_MS = 250;

/**
 * Takes the lock file, waiting for as long as a living process holds it. The lock of a process that has died is
 * taken over; a process on another machine that shares the folder counts as dead after a minute without a sign.
 */
export async function acquireLock(
  file: string,
  { onWait, pollMs = POLL_MS }: LockOptions,
): Promise<FileLock> {
  let sayAt = 0;
  for (;;) {
    const found = await attempt(file);
    if (found !== null && 'release' in found) return found;
    if (found !== null && Date.now() >= sayAt) {
      onWait(found);
      sayAt = Date.now() + sayAgainMs;
    }
    await sleep(pollMs);
  }
}

/** Takes the lock file as `acquireLock` does, or tells at once which living process holds it. */
export async function tryLock(file: string): Promise<FileLock | LockHolder> {
  for (;;) {
    const found = await attempt(file);
    if (found !== null) return found;
    await sleep(POLL_MS);
  }
}

/** The lock, or who holds it; `null` where that is not settled yet. */
async function attempt(file: string): Promise<FileLock | LockHolder | null> {
  const token = randomUUID();
  for (;;) {
    if (await tryCreate(file, token)) return hold(file, token);
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) continue;
    const holder = parseHolder(text);
    if (!(await isStale(file, holder))) return holder;
    await removeStale(file, text);
  }
}

/** Removes a lock file that a dead process left behind; leaves every other one. */
export async function removeLeftLock(file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text !== null && (await isStale(file, parseHolder(text)))) await removeStale(file, text);
  await removeOldGuard(`${file}.takeover`);
}

async function tryCreate(file: string, token: string): Promise<boolean> {
  const holder: LockHolder = { ...thisProcess(), token, host: hostname(), since: new Date().toISOString() };
  try {
    await writeFile(file, JSON.stringify(holder), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function hold(file: string, token: string): FileLock {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, heartbeatMs);
  heartbeat.unref();
  return {
    release: async () => {
      clearInterval(heartbeat);
      const text = await readFile(file, 'utf8').catch(() => '');
      if (parseHolder(text)?.token === token) await rm(file, { force: true });
    },
  };
}

async function isStale(file: string, holder: LockHolder | null): Promise<boolean> {
  if (holder?.host === hostname()) return !isAlive(holder);
  const touched = await stat(file).catch(() => null);
  const silence = touched === null ? 0 : Date.now() - touched.mtimeMs;
  return silence > (holder === null ? writingMs : silentMs);
}

/**
 * Removes the stale lock that read `text`. Many may see the same stale lock, and a slow one must not remove the lock
 * that a faster one has taken meanwhile: so one at a time looks again and removes, under a guard file.
 */
async function removeStale(file: string, text: string): Promise<void> {
  const guard = `${file}.takeover`;
  try {
    await writeFile(guard, '', { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await removeOldGuard(guard);
    return;
  }
  try {
    const now = await readFile(file, 'utf8').catch(() => null);
    if (now === text) await rm(file, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/** A guard is held for milliseconds: an older one is of a process that was killed within them. */
async function removeOldGuard(guard: string): Promise<void> {
  const found = await stat(guard).catch(() => null);
  if (found !== null && Date.now() - found.mtimeMs > writingMs) await rm(guard, { force: true });
}

function parseHolder(text: string): LockHolder | null {
  try {
    const holder = JSON.parse(text) as Partial<LockHolder> | null;
    const { pid, started, token, host, since } = holder ?? {};
    if (typeof pid !== 'number' || started === undefined || token === undefined) return null;
    return host === undefined || since === undefined ? null : { pid, started, token, host, since };
  } catch {
    return null;
  }
}
