import { FulgurError } from '../../errors';
import { nvidiaWheels } from './nvidia-wheels';
import type { Wheel } from './wheel';

/** The only TensorFlow version that Fulgur installs and is tested with. */
export const tensorflowVersion = '2.21.0';

/** `cuda` libraries use an NVIDIA GPU; `cpu` libraries cannot. */
export type Flavour = 'cpu' | 'cuda';

/** The file names of TensorFlow's two libraries on a platform. */
export interface LibraryNames {
  readonly core: string;
  readonly framework: string;
}

/** The parts of one installation of TensorFlow, pinned. */
export interface Build {
  /** The name of the installation's folder in the cache. */
  readonly key: string;
  readonly version: string;
  readonly flavour: Flavour;
  readonly libraries: LibraryNames;
  /** The wheel with the libraries first, then those on which they depend. */
  readonly wheels: readonly Wheel[];
  /** The number of bytes of free disk that an installation needs at its peak. */
  readonly peakDiskBytes: number;
}

const gigabyte = 1e9;

const elfNames: LibraryNames = { core: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' };
const machONames: LibraryNames = {
  core: 'libtensorflow_cc.2.dylib',
  framework: 'libtensorflow_framework.2.dylib',
};

/** The library names by platform: `null` if TensorFlow has no libraries that Fulgur can use. */
export function libraryNames(platform: string): LibraryNames | null {
  if (platform === 'linux') return elfNames;
  return platform === 'darwin' ? machONames : null;
}

const builds: readonly Build[] = [
  {
    key: `${tensorflowVersion}-cpu-linux-x64`,
    version: tensorflowVersion,
    flavour: 'cpu',
    libraries: elfNames,
    wheels: [
      tensorflowWheel({
        project: 'tensorflow-cpu',
        platform: 'manylinux_2_27_x86_64',
        sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
        bytes: 273_829_956,
      }),
    ],
    peakDiskBytes: 1.5 * gigabyte,
  },
  {
    key: `${tensorflowVersion}-cuda-linux-x64`,
    version: tensorflowVersion,
    flavour: 'cuda',
    libraries: elfNames,
    wheels: [
      tensorflowWheel({
        project: 'tensorflow',
        platform: 'manylinux_2_27_x86_64',
        sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
        bytes: 572_440_367,
      }),
      ...nvidiaWheels,
    ],
    peakDiskBytes: 9 * gigabyte,
  },
  {
    key: `${tensorflowVersion}-cpu-linux-arm64`,
    version: tensorflowVersion,
    flavour: 'cpu',
    libraries: elfNames,
    wheels: [
      tensorflowWheel({
        project: 'tensorflow',
        platform: 'manylinux_2_27_aarch64',
        sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
        bytes: 281_828_020,
      }),
    ],
    peakDiskBytes: 1.5 * gigabyte,
  },
  {
    key: `${tensorflowVersion}-cpu-darwin-arm64`,
    version: tensorflowVersion,
    flavour: 'cpu',
    libraries: machONames,
    wheels: [
      tensorflowWheel({
        project: 'tensorflow',
        platform: 'macosx_12_0_arm64',
        sha256: '51f46f4806139d01fc7920cc72a4c75876f80649bf40ff083ab6212ceb43ca88',
        bytes: 223_405_849,
      }),
    ],
    peakDiskBytes: 1.3 * gigabyte,
  },
];

/** Returns the pinned build of a platform and flavour, or `null` if there is none. */
export function findBuild(platform: string, architecture: string, flavour: Flavour): Build | null {
  const key = `${tensorflowVersion}-${flavour}-${platform}-${architecture}`;
  return builds.find((build) => build.key === key) ?? null;
}

/** Returns the error for a machine without a wheel. */
export function unsupportedPlatform(platform: string, architecture: string, flavour: Flavour): FulgurError {
  return new FulgurError('engine', {
    what: `There is no TensorFlow ${tensorflowVersion} ${flavour} build for ${platform}-${architecture}.`,
    why: `Builds exist for ${builds.map(({ key }) => key.slice(tensorflowVersion.length + 1)).join(', ')}.`,
    fix: 'Use one of these machines, or set FULGUR_TENSORFLOW to a folder with libraries that you built.',
  });
}

function tensorflowWheel(parts: { project: string; platform: string; sha256: string; bytes: number }): Wheel {
  // The Python version of the wheel does not matter to the libraries; one is chosen for all.
  return { ...parts, version: tensorflowVersion, python: '3.11', keep: ['tensorflow/libtensorflow_'] };
}
