import { failed, ok, type Finding } from './finding';
import type { Machine } from './machine';

const testedNodes = '20.19 and later of 20, 22 and 24';
/** The main job at its default batch size takes about this much. */
const neededMemoryBytes = 2e9;
/** Room for a data set and a few runs. */
const neededDiskBytes = 500e6;

export function checkNode({ nodeVersion }: Machine): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    return failed('Node', `${nodeVersion} is too old`, 'Install Node 24, 22, or at least 20.19.');
  }
  const tested = major === 20 || major === 22 || major === 24;
  return ok('Node', tested ? nodeVersion : `${nodeVersion} (not among the tested ones: ${testedNodes})`);
}

export function checkPlatform({ platform, architecture }: Machine): Finding {
  return ok('Platform', `${platform}-${architecture}`);
}

export function checkCores({ cores, processor }: Machine): Finding {
  return ok('Cores', `${cores} (${processor})`);
}

export function checkMemory({ availableMemoryBytes, totalMemoryBytes }: Machine): Finding {
  const detail = `${gigabytes(availableMemoryBytes)} of ${gigabytes(totalMemoryBytes)} available`;
  if (availableMemoryBytes >= neededMemoryBytes) return ok('Memory', detail);
  return failed(
    'Memory',
    detail,
    `Free memory until ${gigabytes(neededMemoryBytes)} are available, or train with a smaller --data.batchSize.`,
  );
}

export function checkDisk({ cacheFolder, freeDiskBytes }: Machine): Finding {
  const detail = `${gigabytes(freeDiskBytes)} free for the cache ${cacheFolder}`;
  if (freeDiskBytes >= neededDiskBytes) return ok('Disk', detail);
  return failed(
    'Disk',
    detail,
    `Free ${gigabytes(neededDiskBytes)}, or set FULGUR_CACHE to a folder on a larger disk.`,
  );
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
