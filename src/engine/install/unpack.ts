import { FulgurError } from '../../errors';
import { runProgram } from '../../system';
import type { ManifestFile } from './manifest';
import { progressReport } from './progress-report';
import { unpackScript as script } from './python-scripts';
import { wheelName, type Wheel } from './wheel';

/** A slow disk may take minutes to write a large file. */
const SILENCE_MILLISECONDS = 600_000;

/**
 * Unpacks the selected files of a wheel into `folder`, with the wheel's paths, and forces them to disk.
 * @returns the unpacked files.
 * @throws FulgurError `engine` if the disk is full, the wheel is broken, or it contains none of the selected files.
 */
export async function unpackWheel(
  python: string,
  wheel: Wheel,
  file: string,
  folder: string,
  onProgress: (line: string) => void,
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  const report = progressReport(`Unpacking ${wheelName(wheel)}`, onProgress);
  const result = await runProgram(python, ['-c', script, file, folder, ...wheel.keep], {
    limitMs: SILENCE_MILLISECONDS,
    awaited: `${python}, which unpacks ${wheelName(wheel)}`,
    onWait: onProgress,
    onLine: (line) => {
      const said = JSON.parse(line) as ManifestFile | { done: number; total: number };
      if ('path' in said) files.push(said);
      else report(said.done, said.total);
    },
  });
  if (result.overdue) throw overdue(`${python} unpacked no data of ${wheelName(wheel)}`, folder);
  if (result.code !== 0) throw unpackError(wheel, folder, result.stderr);
  if (files.length === 0) {
    throw new FulgurError('engine', {
      what: `${wheelName(wheel)} contains no file under ${wheel.keep.join(', ')}.`,
      fix: 'Report this to the authors of Fulgur: its list of wheels is wrong.',
    });
  }
  return files;
}

function unpackError(wheel: Wheel, folder: string, stderr: string): FulgurError {
  const words = stderr.trim().split('\n').at(-1) ?? '';
  if (/No space left on device|Errno 28\b|Disk quota exceeded/.test(stderr)) {
    return new FulgurError('engine', {
      what: `The disk became full while ${wheelName(wheel)} was being unpacked into ${folder}.`,
      fix: 'Free some space, or set FULGUR_CACHE to a folder on a larger disk.',
    });
  }
  return new FulgurError('engine', {
    what: `${wheelName(wheel)} could not be unpacked into ${folder}.`,
    why: `Python reported: "${words}".`,
    fix: 'Run the command again, and check the disk if this happens again.',
  });
}

function overdue(what: string, folder: string): FulgurError {
  return new FulgurError('engine', {
    what: `${what} for ${SILENCE_MILLISECONDS / 60_000} minutes, and was stopped.`,
    fix: `Check the disk of ${folder}, and run the command again.`,
  });
}
