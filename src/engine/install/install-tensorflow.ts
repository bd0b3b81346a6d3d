import { rename, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatBytes, FulgurError } from '../../errors';
import { acquireLock } from '../../locks';
import { makeFolder, syncFolder } from '../../system';
import type { Build } from './builds';
import { checkInstall, discardInstall, installFolder, libraryFolder } from './cache';
import { partialFolder, removeFolder, sweepLeftovers } from './cache';
import { findLibraryFault } from './library-files';
import { writeManifest, type ManifestFile } from './manifest';
import { downloadWheel } from './pip';
import { unpackWheel } from './unpack';
import { wheelName } from './wheel';

export interface InstallOptions {
  readonly build: Build;
  readonly cacheFolder: string;
  /** A Python that has pip: the absolute path of the program. */
  readonly python: string;
  readonly onProgress: (line: string) => void;
  /** Whether an existing installation is read to its last byte. */
  readonly fullCheck?: boolean;
}

/**
 * Installs a build into the cache, once for all processes: a second process waits and uses the result of the first.
 * Everything is created in a folder beside the final one and renamed as the last step, so that a process killed at any
 * moment leaves nothing that looks like an installation.
 *
 * @returns the installation's folder.
 * @throws FulgurError `engine` if the download, the check or the disk fails.
 */
export async function installTensorFlow(options: InstallOptions): Promise<string> {
  const { build, cacheFolder, onProgress, fullCheck = false } = options;
  const install = installFolder(cacheFolder, build);
  await makeCache(dirname(install));
  const lock = await acquireLock(`${install}.lock`, {
    onWait: ({ pid, host, since }) =>
      onProgress(
        `Waiting for process ${pid} on ${host}, which has been installing TensorFlow since ` +
          `${since} (lock file ${install}.lock).`,
      ),
  });
  try {
    await sweepLeftovers(install);
    const state = await checkInstall(install, build, { full: fullCheck });
    if (state.kind === 'whole') return install;
    if (state.kind === 'damaged') {
      onProgress(`The installation in ${install} is damaged (${state.damage}): installing it again.`);
      await discardInstall(install);
    }
    await requireSpace(build, dirname(install));
    await makeAndPublish(options, install);
    return install;
  } finally {
    await lock.release();
  }
}

async function makeAndPublish(options: InstallOptions, install: string): Promise<void> {
  const { build, onProgress } = options;
  const begun = Date.now();
  onProgress(`Installing TensorFlow ${build.version} (${build.flavour}) into ${install}. This happens once.`);
  const partial = partialFolder(install);
  try {
    await make(options, partial);
    await publish(partial, install, build);
  } finally {
    await removeFolder(partial);
  }
  const seconds = ((Date.now() - begun) / 1000).toFixed(0);
  onProgress(`Installed TensorFlow ${build.version} (${build.flavour}) in ${seconds} s.`);
}

async function make({ build, python, onProgress }: InstallOptions, partial: string): Promise<void> {
  const files: ManifestFile[] = [];
  for (const wheel of build.wheels) {
    const downloads = join(partial, 'downloads');
    await makeFolder(downloads);
    const file = await downloadWheel(python, wheel, downloads, onProgress);
    files.push(...(await unpackWheel(python, wheel, file, partial, onProgress)));
    // One wheel is downloaded at a time: CUDA's would otherwise take gigabytes more.
    await removeFolder(downloads);
  }
  const fault = await findLibraryFault(libraryFolder(partial), build.libraries);
  if (fault !== null) {
    throw new FulgurError('engine', {
      what: `The unpacked TensorFlow ${build.version} cannot be used: ${fault}.`,
      fix: 'Report this to the authors of Fulgur: its list of wheels is wrong.',
    });
  }
  await writeManifest(partial, {
    format: 1,
    key: build.key,
    installed: new Date().toISOString(),
    wheels: build.wheels.map((wheel) => ({ name: wheelName(wheel), sha256: wheel.sha256 })),
    files,
  });
  await syncFolder(partial);
}

async function publish(partial: string, install: string, build: Build): Promise<void> {
  try {
    await rename(partial, install);
  } catch (error) {
    // Another machine that shares the cache considered the lock dead and was faster: its result is just as good.
    if ((await checkInstall(install, build)).kind === 'whole') return;
    throw error;
  }
  await syncFolder(dirname(install));
}

async function makeCache(folder: string): Promise<void> {
  try {
    await makeFolder(folder);
  } catch (cause) {
    throw new FulgurError('engine', {
      what: `The cache folder ${folder} cannot be created: ${(cause as Error).message}.`,
      fix: 'Set FULGUR_CACHE to a folder to which you may write.',
      cause,
    });
  }
}

async function requireSpace(build: Build, folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free >= build.peakDiskBytes) return;
  throw new FulgurError('engine', {
    what: `The disk of ${folder} has ${formatBytes(free)} free.`,
    why: `Installing TensorFlow ${build.version} (${build.flavour}) needs ${formatBytes(build.peakDiskBytes)}.`,
    fix: 'Free some space, or set FULGUR_CACHE to a folder on a larger disk.',
  });
}
