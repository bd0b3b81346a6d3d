import { isNodeTooOld, nodeFix, testedNodes } from '../config/versions';
import { formatBytes } from '../errors';
import { failed, ok, type Finding } from './finding';
import type { Machine } from './machine';

/** About what the main experiment takes at its default batch size. */
const neededMemoryBytes = 2e9;
/** Space for a data set and a few runs. */
const neededDiskBytes = 500e6;

export function checkNode({ nodeVersion }: Machine): Finding {
  if (isNodeTooOld(nodeVersion)) return failed('Node', `${nodeVersion} is too old`, nodeFix);
  return ok(
    'Node',
    /^2[024]\./.test(nodeVersion)
      ? nodeVersion
      : `${nodeVersion} (not among the tested ones: ${testedNodes})`,
  );
}

export function checkPlatform({ platform, architecture }: Machine): Finding {
  return ok('Platform', `${platform}-${architecture}`);
}

export function checkCores({ cores, processor }: Machine): Finding {
  return ok('Cores', `${cores} (${processor})`);
}

export function checkMemory({ availableMemoryBytes, totalMemoryBytes }: Machine): Finding {
  const detail = `${formatBytes(availableMemoryBytes)} of ${formatBytes(totalMemoryBytes)} available`;
  if (availableMemoryBytes >= neededMemoryBytes) return ok('Memory', detail);
  return failed(
    'Memory',
    detail,
    `End other programs until ${formatBytes(neededMemoryBytes)} are available, or train with a smaller --data.batchSize.`,
  );
}

export function checkDisk({ cacheFolder, freeDiskBytes }: Machine): Finding {
  const detail = `${formatBytes(freeDiskBytes)} free for the cache ${cacheFolder}`;
  if (freeDiskBytes >= neededDiskBytes) return ok('Disk', detail);
  return failed(
    'Disk',
    detail,
    `Free at least ${formatBytes(neededDiskBytes)} there, or set FULGUR_CACHE to a folder on a larger disk.`,
  );
}
