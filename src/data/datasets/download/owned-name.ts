import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { hostname } from 'node:os';

const token = randomBytes(4).toString('hex');
const host = hostname().replace(/[^A-Za-z0-9]/g, '') || 'host';
// Longer than any live owner goes without writing.
const silentMs = 10 * 60_000;

/** Returns a name beside `path` for this process's unfinished version of it; the name identifies its owner. */
export function ownedName(path: string): string {
  return `${path}.part-${host}-${process.pid}-${token}`;
}

/** Whether `path` is an owner's unfinished version of `target`. */
export function isOwnedName(path: string, target: string): boolean {
  return path.startsWith(`${target}.part-`);
}

/** Whether the owner of `path` is gone: it died on this machine or has written nothing for a long time. */
export async function isAbandoned(path: string): Promise<boolean> {
  const owner = /\.part-([A-Za-z0-9]+)-(\d+)-([0-9a-f]+)$/.exec(path);
  if (owner === null) return false;
  const [, ownerHost, pid, ownerToken] = owner;
  // After a restart, a container's processes get the same ids again.
  if (ownerHost === host && Number(pid) === process.pid) return ownerToken !== token;
  if (ownerHost === host && !isRunning(Number(pid))) return true;
  const found = await stat(path).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > silentMs;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
