import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { FulgurError, messageOf } from '../errors';

/** Far more than any lock file contains. */
const mostBytes = 1 << 16;

/** What is in the place of a lock file: its text, nothing, or something that no process of ours created. */
export type FoundLock =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'obstacle'; readonly what: string };

/** Reads a lock file, and nothing else: it follows no link, and waits for no pipe. */
export async function readLock(file: string): Promise<FoundLock> {
  try {
    const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    try {
      const found = await handle.stat();
      if (found.isDirectory()) return obstacle('is a folder');
      if (!found.isFile()) return obstacle('is not a regular file');
      if (found.size > mostBytes) return obstacle(`has ${found.size} bytes, and is not a lock file`);
      return { kind: 'text', text: await handle.readFile('utf8') };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'nothing' };
    if (code === 'ELOOP') return obstacle('is a symbolic link');
    if (code === 'ENXIO') return obstacle('is not a regular file');
    return obstacle(`cannot be read: ${messageOf(error)}`);
  }
}

function obstacle(what: string): FoundLock {
  return { kind: 'obstacle', what };
}

/** Returns the error for a place where no lock can be taken; `what` continues the sentence after the file's path. */
export function obstructed(file: string, what: string, cause?: unknown): FulgurError {
  return new FulgurError('config', {
    what: `The lock file ${file} ${what}.`,
    why: 'It identifies the process that works in that folder, and without it two could do so at once.',
    fix: 'Make sure that no other process (perhaps of another user) works there, then remove it, or use another folder.',
    cause,
  });
}
