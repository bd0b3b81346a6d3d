import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import type { Build, Flavour } from '../../../src/engine/install/builds';
import { findPythons } from '../../../src/engine/install/find-python';
import type { Host } from '../../../src/engine/install/host';
import type { Wheel } from '../../../src/engine/install/wheel';

export const names = { core: 'libtensorflow_cc.so.2', framework: 'libtensorflow_framework.so.2' };

/** A folder of its own for a test; the caller removes it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'fulgur-install-'));
}

/** Bytes that begin as a library for this machine does. */
export function libraryBytes(text: string): Buffer {
  const start = Buffer.alloc(64);
  start.writeUInt32BE(0x7f454c46, 0);
  start.writeUInt16LE(arch() === 'arm64' ? 0xb7 : 0x3e, 18);
  return Buffer.concat([start, Buffer.from(text)]);
}

/** Writes both libraries into `folder`; those of a CUDA build bear its run path. */
export function writeLibraries(folder: string, flavour: Flavour = 'cpu'): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, names.core), libraryBytes('core'.repeat(500)));
  const runPath = flavour === 'cuda' ? '$ORIGIN/../nvidia/cudnn/lib' : '';
  writeFileSync(join(folder, names.framework), libraryBytes(`framework ${runPath}`));
  if (flavour === 'cuda') mkdirSync(join(dirname(folder), 'nvidia', 'cudnn', 'lib'), { recursive: true });
}

/** Puts a real, tiny wheel into the index folder. */
export function makeWheel(index: string, project: string, files: Record<string, Buffer | string>): Wheel {
  const content = join(index, 'content');
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(content, path)), { recursive: true });
    writeFileSync(join(content, path), bytes);
  }
  const file = join(index, `${project.replaceAll('-', '_')}-2.21.0.whl`);
  const tops = [...new Set(Object.keys(files).map((path) => join(content, path.split('/')[0] ?? '')))];
  execFileSync('python3', ['-m', 'zipfile', '-c', file, ...tops]);
  rmSync(content, { recursive: true });
  const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
  const keep = project.startsWith('nvidia') ? ['nvidia/'] : ['tensorflow/libtensorflow_'];
  return { project, version: '2.21.0', platform: 'any', python: '3.11', sha256, bytes: 2000, keep };
}

/** A build whose wheels lie in the index folder. */
export function makeBuild(index: string, flavour: Flavour = 'cpu'): Build {
  const runPath = flavour === 'cuda' ? '$ORIGIN/../nvidia/cudnn/lib' : '';
  const wheels = [
    makeWheel(index, flavour === 'cpu' ? 'tensorflow-cpu' : 'tensorflow', {
      'tensorflow/libtensorflow_cc.so.2': libraryBytes('core'.repeat(500)),
      'tensorflow/libtensorflow_framework.so.2': libraryBytes(`framework ${runPath}`),
      'tensorflow/__init__.py': 'raise RuntimeError("nobody imports this")',
    }),
  ];
  if (flavour === 'cuda') {
    wheels.push(makeWheel(index, 'nvidia-cudnn-cu12', { 'nvidia/cudnn/lib/libcudnn.so.9': 'cudnn' }));
  }
  return {
    key: `2.21.0-${flavour}-test`,
    version: '2.21.0',
    flavour,
    libraries: names,
    wheels,
    peakDiskBytes: 1e6,
  };
}

/** Makes this process's Pythons use the fake pip with this index; returns what undoes it. */
export function useFakePip(index: string, mode = ''): () => void {
  const changes = fakePipEnvironment(index, mode);
  const before = Object.keys(changes).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, changes);
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
}

/** The variables that put the fake pip in place. */
export function fakePipEnvironment(index: string, mode = ''): Record<string, string> {
  return {
    PYTHONPATH: resolve(__dirname, 'fake-pip'),
    PYTHONDONTWRITEBYTECODE: '1',
    FAKE_PIP_INDEX: index,
    FAKE_PIP_MODE: mode,
  };
}

/** The calls that the fake pip has had: one line each. */
export function pipCalls(index: string): string[] {
  try {
    return readFileSync(join(index, 'calls'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}

/** A machine without a GPU whose only builds are the given ones. */
export function fakeHost(cacheFolder: string, builds: readonly Build[], changes: Partial<Host> = {}): Host {
  return {
    platform: 'linux',
    architecture: 'x64',
    tensorflowFolder: null,
    cacheFolder,
    glibcVersion: () => '2.31',
    findNvidiaDriver: () => Promise.resolve(null),
    findPythons: () => findPythons((process.env['PATH'] ?? '').split(':')),
    findBuild: (flavour) => builds.find((build) => build.flavour === flavour) ?? null,
    ...changes,
  };
}
