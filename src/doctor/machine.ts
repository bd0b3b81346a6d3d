import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { readEnvironment } from '../config/environment';

/** What the doctor reads off the machine itself. */
export interface Machine {
  /** As `process.versions.node` gives it. */
  readonly nodeVersion: string;
  readonly platform: string;
  readonly architecture: string;
  readonly processor: string;
  /** Cores that this process may use. */
  readonly cores: number;
  readonly totalMemoryBytes: number;
  /** What this process may still take, within the limits that it runs under. */
  readonly availableMemoryBytes: number;
  readonly cacheFolder: string;
  /** Free bytes on the disk of the cache folder. */
  readonly freeDiskBytes: number;
}

export async function readMachine(): Promise<Machine> {
  const { cacheFolder } = readEnvironment();
  return {
    nodeVersion: process.versions.node,
    platform: process.platform,
    architecture: arch(),
    processor: cpus()[0]?.model.trim() ?? 'unknown processor',
    cores: availableParallelism(),
    totalMemoryBytes: totalmem(),
    availableMemoryBytes: availableMemory(),
    cacheFolder,
    freeDiskBytes: await freeBytes(cacheFolder),
  };
}

/** A Node that is too old lacks the function, and is to hear that from its own line. */
function availableMemory(): number {
  const { availableMemory: read } = process as { availableMemory?: () => number };
  return read?.() ?? freemem();
}

/** Free bytes where the folder is, or will be. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return freeBytes(dirname(folder));
  }
}
