import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { arch } from 'node:os';
import { join } from 'node:path';
import { locateTensorFlow, type Accelerator } from '../../../src/engine/install';
import type { Python } from '../../../src/engine/install/find-python';
import type { Host } from '../../../src/engine/install/host';
import {
  fakeHost,
  libraryBytes,
  makeBuild,
  names,
  pipCalls,
  temporaryFolder,
  writeLibraries,
} from './fake-tensorflow';

let folder: string;
let tensorflow: string;

beforeEach(() => {
  folder = temporaryFolder();
  tensorflow = join(folder, 'site', 'tensorflow');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const withDriver: Partial<Host> = { findNvidiaDriver: () => Promise.resolve('/proc/driver/nvidia/version') };
const noPythons: Partial<Host> = { findPythons: () => Promise.resolve([]) };

function locate(changes: Partial<Host>, accelerator: Accelerator = 'cpu', said: string[] = []) {
  const host = fakeHost(join(folder, 'cache'), [makeBuild(folder)], { ...noPythons, ...changes });
  return locateTensorFlow({ accelerator, onProgress: (line) => said.push(line) }, host);
}

function pythonWith(version: string | null, hasPip = true): Partial<Host> {
  const found = version === null ? null : { project: 'tensorflow', version, folder: tensorflow };
  const python: Python = { program: '/usr/bin/python3', version: '3.11.7', hasPip, tensorflow: found };
  return { findPythons: () => Promise.resolve([python]) };
}

describe('the folder that FULGUR_TENSORFLOW names', () => {
  it('comes before everything else', async () => {
    writeLibraries(tensorflow);
    expect(await locate({ tensorflowFolder: tensorflow, ...pythonWith('2.21.0') })).toEqual({
      directory: tensorflow,
      corePath: join(tensorflow, names.core),
      frameworkPath: join(tensorflow, names.framework),
      version: 'unknown',
      flavour: 'cpu',
      source: 'environment',
    });
  });

  it('reports its version by the package record beside it', async () => {
    writeLibraries(tensorflow);
    mkdirSync(join(folder, 'site', 'tensorflow_cpu-2.21.1.dist-info'));
    expect(await locate({ tensorflowFolder: tensorflow })).toMatchObject({ version: '2.21.1' });
  });

  it('is rejected with another version', async () => {
    writeLibraries(tensorflow);
    mkdirSync(join(folder, 'site', 'tensorflow-2.16.2.dist-info'));
    await expect(locate({ tensorflowFolder: tensorflow })).rejects.toThrow(
      `FULGUR_TENSORFLOW names ${tensorflow}, which contains TensorFlow 2.16.2. Fulgur requires TensorFlow 2.21. ` +
        'Set it to a folder with TensorFlow 2.21.0, or unset FULGUR_TENSORFLOW to have it installed.',
    );
  });

  it('is rejected, without trying anything else, if a library is missing', async () => {
    await expect(locate({ tensorflowFolder: '/nowhere', ...pythonWith('2.21.0') })).rejects.toThrow(
      'FULGUR_TENSORFLOW names /nowhere, but it contains no readable libtensorflow_cc.so.2. ' +
        'Set it to the folder that contains libtensorflow_cc.so.2, or unset it to have TensorFlow installed.',
    );
  });

  it('is rejected if it is the folder above, and the right one is named', async () => {
    writeLibraries(tensorflow);
    const above = join(folder, 'site');
    await expect(locate({ tensorflowFolder: above })).rejects.toThrow(
      `FULGUR_TENSORFLOW names ${above}, but it contains no readable libtensorflow_cc.so.2. ` +
        `Set it to ${tensorflow}, or unset it to have TensorFlow installed.`,
    );
  });

  it.each([
    ['text', Buffer.from('this is not a library at all')],
    ['a library for another processor', libraryBytes('').fill(0xff, 18, 20)],
    ['an empty file', Buffer.alloc(0)],
  ])('is rejected if a library is %s', async (_, bytes) => {
    writeLibraries(tensorflow);
    writeFileSync(join(tensorflow, names.framework), bytes);
    await expect(locate({ tensorflowFolder: tensorflow })).rejects.toThrow(
      `but its libtensorflow_framework.so.2 is not a library for ${process.platform}-${arch()}.`,
    );
  });

  it('is rejected without CUDA if a GPU is requested, and used with a warning if "auto" would use one', async () => {
    writeLibraries(tensorflow);
    const host = { ...withDriver, tensorflowFolder: tensorflow, findBuild: () => makeBuild(folder, 'cuda') };
    await expect(locate(host, 'gpu')).rejects.toThrow(
      `The accelerator "gpu" was requested, but FULGUR_TENSORFLOW names ${tensorflow}, which contains no CUDA build with NVIDIA's libraries beside it. ` +
        'Set it to the folder of a tensorflow[and-cuda], or unset FULGUR_TENSORFLOW to have one installed.',
    );
    const said: string[] = [];
    expect(await locate(host, 'auto', said)).toMatchObject({ flavour: 'cpu' });
    expect(said).toEqual([
      `FULGUR_TENSORFLOW names ${tensorflow}, which contains no CUDA build with NVIDIA's libraries beside it: the NVIDIA GPU is not used.`,
    ]);
  });

  it('serves a GPU if it is a CUDA build', async () => {
    writeLibraries(tensorflow, 'cuda');
    expect(await locate({ ...withDriver, tensorflowFolder: tensorflow }, 'gpu')).toMatchObject({
      flavour: 'cuda',
    });
  });
});

describe("a Python's own TensorFlow", () => {
  it('is used if its version fits', async () => {
    writeLibraries(tensorflow);
    expect(await locate(pythonWith('2.21.3'))).toMatchObject({
      directory: tensorflow,
      version: '2.21.3',
      source: 'python',
    });
    expect(pipCalls(folder)).toEqual([]);
  });

  it('is not used if it cannot use the GPU requested for the run', async () => {
    writeLibraries(tensorflow);
    const noPip = pythonWith('2.21.0', false);
    const host = { ...noPip, ...withDriver, findBuild: () => makeBuild(folder, 'cuda') };
    await expect(locate(host, 'auto')).rejects.toThrow('No Python on the PATH has pip');
  });

  it('is not used with another version; without pip that is the end', async () => {
    writeLibraries(tensorflow);
    await expect(locate(pythonWith('2.20.0', false))).rejects.toThrow(
      'No Python on the PATH has pip; found /usr/bin/python3 (3.11.7). Fulgur installs TensorFlow 2.21.0 with ' +
        "Python's pip. Install Python 3 with pip, or set FULGUR_TENSORFLOW to a folder that contains the libraries.",
    );
  });
});

describe('a machine that cannot have TensorFlow', () => {
  it('without any Python is told to install one', async () => {
    await expect(locate({})).rejects.toThrow(
      'There is neither a working python3 nor a python on the PATH. Fulgur installs TensorFlow 2.21.0 with ' +
        "Python's pip. Install Python 3 with pip, or set FULGUR_TENSORFLOW to a folder that contains the libraries.",
    );
  });

  it('without an NVIDIA driver gets an error for "gpu", never a run on its CPU', async () => {
    writeLibraries(tensorflow);
    await expect(locate(pythonWith('2.21.0'), 'gpu')).rejects.toThrow(
      'The accelerator "gpu" was requested, but this machine shows no NVIDIA driver. There is neither ' +
        '/proc/driver/nvidia/version nor a libcuda.so.1, and nvidia-smi lists no GPU. Install the NVIDIA driver, or use the accelerator "cpu" or "auto".',
    );
  });

  it('gets the list of machines that have builds', async () => {
    const host = { platform: 'linux', architecture: 'riscv64', findBuild: () => null };
    await expect(locate(host)).rejects.toThrow(
      'There is no TensorFlow 2.21.0 cpu build for linux-riscv64. Builds exist for cpu-linux-x64, cuda-linux-x64, ' +
        'cpu-linux-arm64, cpu-darwin-arm64. Use one of these machines, or set FULGUR_TENSORFLOW to a folder with ' +
        'libraries that you built.',
    );
    await expect(locate({ platform: 'win32' })).rejects.toThrow(
      'There is no TensorFlow 2.21.0 cpu build for win32-x64.',
    );
  });

  it.each([
    [null, 'no GNU C library'],
    ['2.9', 'the GNU C library 2.9'],
  ])('gets an error that its C library does not fit: %s', async (version, words) => {
    await expect(locate({ ...pythonWith(null), glibcVersion: () => version })).rejects.toThrow(
      `This Linux has ${words}. TensorFlow 2.21.0 needs the GNU C library 2.27 or newer. Use a newer Linux with the ` +
        'GNU C library (Debian, Ubuntu, Fedora and their like; not Alpine).',
    );
  });

  it('with a GPU but no CUDA build computes on its CPU for "auto" and fails for "gpu"', async () => {
    writeLibraries(tensorflow);
    const host = { ...withDriver, ...pythonWith('2.21.0'), architecture: 'arm64', findBuild: () => null };
    expect(await locate(host, 'auto')).toMatchObject({ flavour: 'cpu', source: 'python' });
    await expect(locate(host, 'gpu')).rejects.toThrow(
      'There is no TensorFlow 2.21.0 cuda build for linux-arm64.',
    );
  });
});
