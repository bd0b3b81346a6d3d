import { randomUUID } from 'node:crypto';
import { rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { messageOf } from '../errors';
import { pause } from '../system';
import { obstructed, readLock } from './found-lock';
import { isAlive, thisProcess, type ProcessIdentity } from './process-identity';

/** A lock that this process holds. */
export interface FileLock {
  release(): Promise<void>;
}

export interface LockOptions {
  /** Called when the wait starts, and every half minute of waiting, with the holder of the lock. */
  readonly onWait: (holder: LockHolder) => void;
  /** The time in milliseconds between two attempts (default 250). */
  readonly pollMs?: number;
  /**
   * The time in milliseconds for which the lock file may be unsettled: neither free nor held by a process (default 15
   * seconds).
   */
  readonly unsettledMs?: number;
}

/** The process that holds a lock. */
export interface LockHolder extends ProcessIdentity {
  readonly token: string;
  readonly host: string;
  /** The time at which the lock was taken: ISO 8601. */
  readonly since: string;
}

const heartbeatMs = 10_000;
const silentMs = 60_000;
/** Longer than any process takes between creating the lock file and writing it. */
const writingMs = 5_000;
const sayAgainMs = 30_000;
const POLL_MS = 250;
/** Much longer than a process takes to write its lock, or to take over another one's. */
const UNSETTLED_MS = 15_000;

/**
 * Takes the lock file, and waits as long as a living process holds it. The lock of a process that has died is taken
 * over; a process on another machine that shares the folder counts as dead after a minute without a sign of life.
 *
 * @throws FulgurError `config` if something else is in the place of the lock file, or the system does not allow it to
 *   be created, read or removed.
 */
export async function acquireLock(
  file: string,
  { onWait, pollMs = POLL_MS, unsettledMs = UNSETTLED_MS }: LockOptions,
): Promise<FileLock> {
  let sayAt = 0;
  for (;;) {
    const found = await settle(file, pollMs, unsettledMs);
    if ('release' in found) return found;
    if (Date.now() >= sayAt) {
      onWait(found);
      sayAt = Date.now() + sayAgainMs;
    }
    await pause(pollMs);
  }
}

/** Takes the lock file as `acquireLock` does, or returns at once the living process that holds it. */
export async function tryLock(file: string): Promise<FileLock | LockHolder> {
  return settle(file, POLL_MS, UNSETTLED_MS);
}

/** Returns the lock, or its holder. Never waits longer than `unsettledMs` to find out. */
async function settle(file: string, pollMs: number, unsettledMs: number): Promise<FileLock | LockHolder> {
  const token = randomUUID();
  const giveUpAt = performance.now() + unsettledMs;
  for (let wait = 1; ; wait = Math.min(2 * wait, pollMs)) {
    const found = await attempt(file, token);
    if (found !== null) return found;
    if (performance.now() > giveUpAt) {
      throw obstructed(
        file,
        `has named no process for ${unsettledMs / 1000} seconds, and could not be taken over`,
      );
    }
    await pause(wait);
  }
}

/** Returns the lock, or its holder; `null` if that is not settled yet. */
async function attempt(file: string, token: string): Promise<FileLock | LockHolder | null> {
  if (await tryCreate(file, token)) return hold(file, token);
  const text = await textOf(file);
  if (text === null) return null;
  const holder = parseHolder(text);
  if (!(await isStale(file, holder))) return holder;
  await removeStale(file, text);
  return null;
}

/** Returns the contents of the lock file; `null` if it is gone again. */
async function textOf(file: string): Promise<string | null> {
  const found = await readLock(file);
  if (found.kind === 'obstacle') throw obstructed(file, found.what);
  return found.kind === 'text' ? found.text : null;
}

/**
 * Returns whether a living process holds a lock, or a dead one has left it, without changing anything. A file that is
 * not a lock file counts as `free`.
 */
export async function lookAtLock(file: string): Promise<'held' | 'left' | 'free'> {
  const found = await readLock(file);
  if (found.kind !== 'text') return 'free';
  return (await isStale(file, parseHolder(found.text))) ? 'left' : 'held';
}

/** Removes a lock file that a dead process left behind; leaves all others. */
export async function removeLeftLock(file: string): Promise<void> {
  const found = await readLock(file);
  try {
    if (found.kind === 'text' && (await isStale(file, parseHolder(found.text)))) {
      await removeStale(file, found.text);
    }
    await removeOldGuard(`${file}.takeover`);
  } catch {
    // Only tidying up: whoever needs the lock gets the error.
  }
}

async function tryCreate(file: string, token: string): Promise<boolean> {
  const holder: LockHolder = { ...thisProcess(), token, host: hostname(), since: new Date().toISOString() };
  return createFile(file, JSON.stringify(holder));
}

/** Whether the file was created: `false` if something with that name exists. */
async function createFile(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw obstructed(file, `cannot be written: ${messageOf(error)}`, error);
  }
}

async function remove(file: string): Promise<void> {
  await unlink(file).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw obstructed(
      file,
      `belongs to a process that has ended, and cannot be removed: ${messageOf(error)}`,
      error,
    );
  });
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
      const found = await readLock(file);
      if (found.kind === 'text' && parseHolder(found.text)?.token === token) await rm(file, { force: true });
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
 * Removes the stale lock that contained `text`. Many processes may see the same stale lock, and a slow one must not
 * remove the lock that a faster one has taken meanwhile: so they check again and remove one at a time, under a guard
 * file.
 */
async function removeStale(file: string, text: string): Promise<void> {
  const guard = `${file}.takeover`;
  if (!(await createFile(guard, ''))) {
    await removeOldGuard(guard);
    return;
  }
  try {
    const now = await readLock(file);
    if (now.kind === 'text' && now.text === text) await remove(file);
  } finally {
    await rm(guard, { force: true });
  }
}

/** A guard is held for milliseconds: an older one belongs to a process that was killed within them. */
async function removeOldGuard(guard: string): Promise<void> {
  const held = await readLock(guard);
  if (held.kind === 'obstacle') throw obstructed(guard, held.what);
  const found = await stat(guard).catch(() => null);
  if (found !== null && Date.now() - found.mtimeMs > writingMs) await remove(guard);
}

function parseHolder(text: string): LockHolder | null {
  try {
    const holder = JSON.parse(text) as Partial<Record<keyof LockHolder, unknown>> | null;
    const { pid, started, token, host, since } = holder ?? {};
    if (typeof pid !== 'number' || typeof started !== 'string' || typeof token !== 'string') return null;
    return typeof host === 'string' && typeof since === 'string'
      ? { pid, started, token, host, since }
      : null;
  } catch {
    return null;
  }
}
