import { basename, join } from 'node:path';
import { FulgurError } from '../../errors';
import { libraryNames, tensorflowVersion, unsupportedPlatform } from './builds';
import type { Build, Flavour, LibraryNames } from './builds';
import { checkInstall, installFolder, libraryFolder, sweepLeftovers } from './cache';
import type { Python } from './find-python';
import { thisHost, type Host } from './host';
import { installTensorFlow } from './install-tensorflow';
import { findLibraryFault, findVersion, isReadyForCuda } from './library-files';
import type { TensorFlowLibrary } from './tensorflow-library';

/** The accelerators that a run may use. */
export type Accelerator = 'auto' | 'cpu' | 'gpu';

export interface LocateOptions {
  /** `auto` requests a GPU build if the machine has an NVIDIA driver; `gpu` fails if it has none. */
  readonly accelerator: Accelerator;
  /** Receives whole sentences about slow work. */
  readonly onProgress?: (line: string) => void;
  /** Read every byte of an installation in the cache instead of only file sizes (default `false`). */
  readonly fullCheck?: boolean;
}

const oldestGlibc = '2.27';

/**
 * Finds TensorFlow's libraries, or installs them: the folder that `FULGUR_TENSORFLOW` names; an earlier installation in
 * the cache; a Python's own TensorFlow of a fitting version; otherwise the pinned wheels through pip.
 *
 * @throws FulgurError `engine` if a GPU is requested that the machine or the libraries cannot provide, if the named
 *   folder does not contain the libraries, and if an installation is impossible or fails.
 */
export async function locateTensorFlow(
  options: LocateOptions,
  host: Host = thisHost(),
): Promise<TensorFlowLibrary> {
  const { onProgress = () => undefined, fullCheck = false } = options;
  const flavour = await chooseFlavour(options.accelerator, host, onProgress);
  const names = libraryNames(host.platform);
  if (names === null) throw unsupportedPlatform(host.platform, host.architecture, flavour);
  if (host.tensorflowFolder !== null) {
    return fromEnvironment(host.tensorflowFolder, names, options.accelerator, flavour, onProgress);
  }
  const build = host.findBuild(flavour);
  const cached = build === null ? null : await fromCache(build, host, fullCheck);
  if (cached !== null) return cached;
  const pythons = await host.findPythons(onProgress);
  const found = await fromPython(pythons, names, flavour);
  if (found !== null) return found;
  if (build === null) throw unsupportedPlatform(host.platform, host.architecture, flavour);
  return install({ build, pythons, host, onProgress, fullCheck });
}

async function chooseFlavour(
  accelerator: Accelerator,
  host: Host,
  onProgress: (line: string) => void,
): Promise<Flavour> {
  if (accelerator === 'cpu') return 'cpu';
  const driver = await host.findNvidiaDriver(onProgress);
  if (driver === null && accelerator === 'gpu') {
    throw new FulgurError('engine', {
      what: 'The accelerator "gpu" was requested, but this machine shows no NVIDIA driver.',
      why: 'There is neither /proc/driver/nvidia/version nor a libcuda.so.1, and nvidia-smi lists no GPU.',
      fix: 'Install the NVIDIA driver, or use the accelerator "cpu" or "auto".',
    });
  }
  // TensorFlow has CUDA builds for one platform: with "auto", another one with a GPU computes on its CPU.
  const cudaExists = host.findBuild('cuda') !== null;
  return driver !== null && (cudaExists || accelerator === 'gpu') ? 'cuda' : 'cpu';
}

async function fromEnvironment(
  folder: string,
  names: LibraryNames,
  accelerator: Accelerator,
  wanted: Flavour,
  onProgress: (line: string) => void,
): Promise<TensorFlowLibrary> {
  const fault = await findLibraryFault(folder, names);
  if (fault !== null) throw await wrongFolder(folder, names, fault);
  const version = await findVersion(folder);
  if (version !== null && !fits(version)) {
    throw new FulgurError('engine', {
      what: `FULGUR_TENSORFLOW names ${folder}, which contains TensorFlow ${version}.`,
      why: `Fulgur requires TensorFlow ${series(tensorflowVersion)}.`,
      fix: `Set it to a folder with TensorFlow ${tensorflowVersion}, or unset FULGUR_TENSORFLOW to have it installed.`,
    });
  }
  const flavour: Flavour = (await isReadyForCuda(folder, names)) ? 'cuda' : 'cpu';
  if (wanted === 'cuda' && flavour === 'cpu') {
    const what = `FULGUR_TENSORFLOW names ${folder}, which contains no CUDA build with NVIDIA's libraries beside it`;
    if (accelerator === 'gpu') {
      throw new FulgurError('engine', {
        what: `The accelerator "gpu" was requested, but ${what}.`,
        fix: 'Set it to the folder of a tensorflow[and-cuda], or unset FULGUR_TENSORFLOW to have one installed.',
      });
    }
    onProgress(`${what}: the NVIDIA GPU is not used.`);
  }
  return library(folder, names, { version: version ?? 'unknown', flavour, source: 'environment' });
}

async function wrongFolder(folder: string, names: LibraryNames, fault: string): Promise<FulgurError> {
  const inside = join(folder, 'tensorflow');
  const better = basename(folder) !== 'tensorflow' && (await findLibraryFault(inside, names)) === null;
  const right = better ? `Set it to ${inside}` : `Set it to the folder that contains ${names.core}`;
  return new FulgurError('engine', {
    what: `FULGUR_TENSORFLOW names ${folder}, but ${fault}.`,
    fix: `${right}, or unset it to have TensorFlow installed.`,
  });
}

async function fromCache(build: Build, host: Host, fullCheck: boolean): Promise<TensorFlowLibrary | null> {
  const folder = installFolder(host.cacheFolder, build);
  const state = await checkInstall(folder, build, { full: fullCheck });
  if (state.kind !== 'whole') return null;
  await sweepLeftovers(folder);
  return library(libraryFolder(folder), build.libraries, { ...build, source: 'cache' });
}

async function fromPython(
  pythons: readonly Python[],
  names: LibraryNames,
  wanted: Flavour,
): Promise<TensorFlowLibrary | null> {
  for (const { tensorflow } of pythons) {
    if (tensorflow === null || !fits(tensorflow.version)) continue;
    if ((await findLibraryFault(tensorflow.folder, names)) !== null) continue;
    const flavour: Flavour = (await isReadyForCuda(tensorflow.folder, names)) ? 'cuda' : 'cpu';
    if (wanted === 'cuda' && flavour === 'cpu') continue;
    return library(tensorflow.folder, names, { version: tensorflow.version, flavour, source: 'python' });
  }
  return null;
}

async function install(plan: {
  build: Build;
  pythons: readonly Python[];
  host: Host;
  onProgress: (line: string) => void;
  fullCheck: boolean;
}): Promise<TensorFlowLibrary> {
  const { build, pythons, host, onProgress, fullCheck } = plan;
  requireGlibc(host);
  const python = pythons.find(({ hasPip }) => hasPip);
  if (python === undefined) throw noPip(pythons);
  const { cacheFolder } = host;
  const folder = await installTensorFlow({
    build,
    cacheFolder,
    python: python.program,
    onProgress,
    fullCheck,
  });
  return library(libraryFolder(folder), build.libraries, { ...build, source: 'installed' });
}

function requireGlibc(host: Host): void {
  if (host.platform !== 'linux') return;
  const version = host.glibcVersion();
  if (version !== null && version.localeCompare(oldestGlibc, 'en', { numeric: true }) >= 0) return;
  throw new FulgurError('engine', {
    what: `This Linux has ${version === null ? 'no GNU C library' : `the GNU C library ${version}`}.`,
    why: `TensorFlow ${tensorflowVersion} needs the GNU C library ${oldestGlibc} or newer.`,
    fix: 'Use a newer Linux with the GNU C library (Debian, Ubuntu, Fedora and their like; not Alpine).',
  });
}

function noPip(pythons: readonly Python[]): FulgurError {
  const found = pythons.map(({ program, version }) => `${program} (${version})`).join(', ');
  return new FulgurError('engine', {
    what:
      pythons.length === 0
        ? 'There is neither a working python3 nor a python on the PATH.'
        : `No Python on the PATH has pip; found ${found}.`,
    why: `Fulgur installs TensorFlow ${tensorflowVersion} with Python's pip.`,
    fix: 'Install Python 3 with pip, or set FULGUR_TENSORFLOW to a folder that contains the libraries.',
  });
}

function library(
  directory: string,
  names: LibraryNames,
  { version, flavour, source }: Pick<TensorFlowLibrary, 'version' | 'flavour' | 'source'>,
): TensorFlowLibrary {
  const paths = { corePath: join(directory, names.core), frameworkPath: join(directory, names.framework) };
  return { directory, ...paths, version, flavour, source };
}

function fits(version: string): boolean {
  return series(version) === series(tensorflowVersion);
}

/** Returns the series of a version: `2.21` for `2.21.0`. */
function series(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
