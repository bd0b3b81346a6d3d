import { totalmem } from 'node:os';
import { formatBytes, FulgurError } from '../errors';

let known: number | null = null;

/**
 * Returns the number of bytes of memory that this process can have at most: the machine's, or its container's limit
 * when this is first called.
 */
export function machineMemory(): number {
  // Every operation of a trace asks, and the system answers from files.
  known ??= askMemory();
  return known;
}

function askMemory(): number {
  // 0, or a number beyond any machine's memory, if there is no limit.
  const allowed = process.constrainedMemory();
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

export interface MemoryNeed {
  readonly bytes: number;
  /** What takes the memory, as the subject of a sentence: `A batch of 256 samples`. */
  readonly what: string;
  readonly fix: string;
}

/**
 * Checks, before anything is allocated, that a machine of this size can hold it at all.
 *
 * @throws FulgurError `config` if it cannot.
 */
export function requireMemory({ bytes, what, fix }: MemoryNeed, available = machineMemory()): void {
  if (bytes <= available) return;
  throw new FulgurError('config', {
    what: `${what} takes ${formatBytes(bytes)}, but this machine has ${formatBytes(available)} of memory.`,
    fix,
  });
}
