import { statfs } from 'node:fs/promises';
import { arch, availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { readEnvironment } from '../config/environment';

/** What the doctor reads from the machine itself. */
export interface Machine {
  /** The value of `process.versions.node`. */
  readonly nodeVersion: string;
  readonly platform: string;
  readonly architecture: string;
  readonly processor: string;
  /** Cores that this process may use. */
  readonly cores: number;
  readonly totalMemoryBytes: number;
  /** The memory that this process can still allocate within its limits. */
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

/** A Node that is too old lacks the function, and should be reported on its own line. */
function availableMemory(): number {
  const { availableMemory: read } = process as { availableMemory?: () => number };
  return read?.() ?? freemem();
}

/** Returns the free bytes where the folder is or will be. */
async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (dirname(folder) === folder) throw error;
    return freeBytes(dirname(folder));
  }
}
