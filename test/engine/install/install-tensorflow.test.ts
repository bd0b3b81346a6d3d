import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Build } from '../../../src/engine/install/builds';
import { locateTensorFlow } from '../../../src/engine/install';
import type { Manifest } from '../../../src/engine/install/manifest';
import { thisProcess } from '../../../src/locks';
import {
  fakeHost,
  fakePipEnvironment,
  makeBuild,
  pipCalls,
  temporaryFolder,
  useFakePip,
} from './fake-tensorflow';

let folder: string;
let index: string;
let cache: string;
let build: Build;
let undo: () => void;
let children: ChildProcess[];

beforeEach(() => {
  folder = temporaryFolder();
  index = temporaryFolder();
  cache = join(folder, 'cache');
  build = makeBuild(index);
  undo = useFakePip(index);
  children = [];
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  undo();
  rmSync(folder, { recursive: true, force: true });
  rmSync(index, { recursive: true, force: true });
});

const installations = () => join(cache, 'tensorflow');

async function locate(said: string[] = [], fullCheck = false) {
  const onProgress = (line: string) => said.push(line);
  return locateTensorFlow({ accelerator: 'cpu', onProgress, fullCheck }, fakeHost(cache, [build]));
}

function startChild(mode = ''): { child: ChildProcess; output: () => string; end: Promise<void> } {
  const script = resolve(__dirname, 'install-child.ts');
  const child = spawn(process.execPath, ['-r', 'ts-node/register', script, cache, JSON.stringify(build)], {
    env: { ...process.env, ...fakePipEnvironment(index, mode) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const end = new Promise<void>((done) => child.once('close', () => done()));
  return { child, output: () => output, end };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(20);
}

describe('installing TensorFlow', () => {
  it('downloads the pinned wheel, keeps only the two libraries, and leaves nothing else', async () => {
    const said: string[] = [];
    const library = await locate(said);
    const install = join(installations(), build.key);
    expect(library).toEqual({
      directory: join(install, 'tensorflow'),
      corePath: join(install, 'tensorflow', 'libtensorflow_cc.so.2'),
      frameworkPath: join(install, 'tensorflow', 'libtensorflow_framework.so.2'),
      version: '2.21.0',
      flavour: 'cpu',
      source: 'installed',
    });
    expect(readdirSync(installations())).toEqual([build.key]);
    expect(readdirSync(install).sort()).toEqual(['manifest.json', 'tensorflow']);
    expect(readdirSync(library.directory).sort()).toEqual([
      'libtensorflow_cc.so.2',
      'libtensorflow_framework.so.2',
    ]);
    expect(pipCalls(index)).toHaveLength(1);
    expect(pipCalls(index)[0]).toContain(
      '--no-deps --only-binary=:all: --platform any --implementation cp --python-version 3.11',
    );
    expect(said[0]).toBe(`Installing TensorFlow 2.21.0 (cpu) into ${install}. This happens once.`);
    expect(said).toContain('Unpacking tensorflow-cpu 2.21.0: 100%');
    expect(said.at(-1)).toMatch(/^Installed TensorFlow 2\.21\.0 \(cpu\) in \d+ s\.$/);
  });

  it('uses the installation at the next start, without pip', async () => {
    await locate();
    expect((await locate()).source).toBe('cache');
    expect(pipCalls(index)).toHaveLength(1);
  });

  it('installs again, and reports why, if a library has lost bytes', async () => {
    const { corePath } = await locate();
    truncateSync(corePath, 100);
    const said: string[] = [];
    expect((await locate(said)).source).toBe('installed');
    expect(said[0]).toBe(
      `The installation in ${join(installations(), build.key)} is damaged (tensorflow/libtensorflow_cc.so.2 has 100 bytes instead of 2064): installing it again.`,
    );
    expect(statSync(corePath).size).toBe(2064);
  });

  it('installs again if a changed file kept its size', async () => {
    const { corePath } = await locate();
    const good = readFileSync(corePath);
    const bad = Buffer.from(good);
    bad[1000] = 0;
    const { mtime } = statSync(corePath);
    writeFileSync(corePath, bad);
    utimesSync(corePath, new Date(0), new Date(0));
    expect((await locate()).source).toBe('installed');
    expect(readFileSync(corePath).equals(good)).toBe(true);

    // With its old modification time only the full check sees it.
    const installed = statSync(corePath).mtime;
    expect(installed.getTime()).toBeGreaterThan(mtime.getTime());
    writeFileSync(corePath, bad);
    utimesSync(corePath, installed, installed);
    expect((await locate()).source).toBe('cache');
    expect((await locate([], true)).source).toBe('installed');
    expect(readFileSync(corePath).equals(good)).toBe(true);
  });

  const unreadable = 'its manifest.json cannot be read';
  const manifests: readonly (readonly [string, (manifest: Manifest) => unknown, string])[] = [
    ['lists no files', (manifest) => ({ ...manifest, files: [] }), unreadable],
    ['lists no wheels', (manifest) => ({ ...manifest, wheels: [] }), unreadable],
    ['has null for its files', (manifest) => ({ ...manifest, files: [null, ...manifest.files] }), unreadable],
    ['has a date that is none', (manifest) => ({ ...manifest, installed: 'yesterday' }), unreadable],
    [
      'names a file outside',
      (manifest) => ({ ...manifest, files: [{ path: '../x', size: 1, sha256: '0'.repeat(64) }] }),
      unreadable,
    ],
    ['is a number', () => 7, unreadable],
    [
      'lacks a library',
      (manifest) => ({ ...manifest, files: manifest.files.slice(0, 1) }),
      'its manifest.json does not list libtensorflow_framework.so.2',
    ],
  ];
  it.each(manifests)('installs again if the manifest %s', async (_, change, damage) => {
    await locate();
    const install = join(installations(), build.key);
    const file = join(install, 'manifest.json');
    writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')) as Manifest)));
    const said: string[] = [];
    expect((await locate(said)).source).toBe('installed');
    expect(said[0]).toBe(`The installation in ${install} is damaged (${damage}): installing it again.`);
  });

  const intruders: readonly (readonly [string, (path: string) => void])[] = [
    ['a link to nothing', (path) => symlinkSync('/nowhere', path)],
    ['a link to itself', (path) => symlinkSync(path, path)],
    ['a file', (path) => writeFileSync(path, '')],
    ['a pipe', (path) => void execFileSync('mkfifo', [path])],
  ];
  it.each(intruders)('installs in the place of %s', async (_, make) => {
    const install = join(installations(), build.key);
    mkdirSync(installations(), { recursive: true });
    make(install);
    const said: string[] = [];
    expect((await locate(said)).source).toBe('installed');
    expect(said[0]).toBe(
      `The installation in ${install} is damaged (it is not a readable folder): installing it again.`,
    );
    expect(readdirSync(installations())).toEqual([build.key]);
  });

  it('waits neither for a pipe in the place of its manifest nor for one in that of its lock', async () => {
    await locate();
    const install = join(installations(), build.key);
    rmSync(join(install, 'manifest.json'));
    execFileSync('mkfifo', [join(install, 'manifest.json')]);
    expect((await locate()).source).toBe('installed');
    rmSync(install, { recursive: true });
    execFileSync('mkfifo', [`${install}.lock`]);
    await expect(locate()).rejects.toThrow(
      `The lock file ${install}.lock is not a regular file. It identifies`,
    );
  });

  it('installs again if the pins have changed', async () => {
    await locate();
    const wheels = build.wheels.map((wheel) => ({ ...wheel, sha256: '0'.repeat(64) }));
    build = { ...build, wheels };
    await expect(locate()).rejects.toThrow(/has the SHA-256 [0-9a-f]{64} instead of 0{64}/);
  });

  it('starts after being killed in the middle of a download, and clears up', async () => {
    const first = startChild('hang');
    await until(() => pipCalls(index).length === 1);
    const pip = Number(pipCalls(index)[0]?.split(' ')[0]);
    first.child.kill('SIGKILL');
    await first.end;
    expect(readdirSync(installations())).toHaveLength(2); // The lock, and the folder in the making.
    // The download does not outlive the process that began it.
    await until(() => !existsSync(`/proc/${pip}`) || /\) Z/.test(readFileSync(`/proc/${pip}/stat`, 'utf8')));
    expect((await locate()).source).toBe('installed');
    expect(readdirSync(installations())).toEqual([build.key]);
  });

  it('removes what dead processes left when it finds the installation whole, and nothing of a living one', async () => {
    await locate();
    const { pid, started } = thisProcess();
    const living = `${build.key}.partial.${pid}.${Buffer.from(started).toString('hex')}.now`;
    mkdirSync(join(installations(), living));
    mkdirSync(join(installations(), `${build.key}.partial.${pid}.31.then`));
    writeFileSync(
      join(installations(), `${build.key}.lock`),
      JSON.stringify({ pid, started: '1', token: 'x', host: hostname(), since: 'then' }),
    );
    expect((await locate()).source).toBe('cache');
    expect(readdirSync(installations())).toEqual([build.key, living]);
  });

  it('lets one of two processes install; the other waits, names the first, and uses the result', async () => {
    const first = startChild('slow');
    await until(() => pipCalls(index).length === 1);
    const said: string[] = [];
    expect((await locate(said)).source).toBe('installed');
    await first.end;
    expect(first.output()).toContain('done: installed');
    expect(pipCalls(index)).toHaveLength(1);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      new RegExp(
        `^Waiting for process ${String(first.child.pid)} on .+, which has been installing TensorFlow since ` +
          '[0-9T:.-]+Z \\(lock file .+\\.lock\\)\\.$',
      ),
    );
    expect(readdirSync(installations())).toEqual([build.key]);
  });

  it.each([
    [
      'offline',
      'pip could not download tensorflow-cpu 2.21.0: its package index cannot be reached. pip reported: "WARNING: ' +
        "Retrying after connection broken by 'NewConnectionError: [Errno 111] Connection refused'\". Check the " +
        "network and pip's index and proxy settings, or set FULGUR_TENSORFLOW to a folder that contains the libraries.",
    ],
    [
      'full',
      'The disk became full while pip was downloading tensorflow-cpu 2.21.0. pip reported: "OSError: [Errno 28] No space ' +
        'left on device". Free some space, or set FULGUR_CACHE to a folder on a larger disk.',
    ],
  ])('explains what to do, and clears up, when pip fails: %s', async (mode, message) => {
    undo();
    undo = useFakePip(index, mode);
    await expect(locate()).rejects.toThrow(expect.objectContaining({ kind: 'engine', message }) as Error);
    expect(readdirSync(installations())).toEqual([]);
  });

  it('rejects a download that is not the pinned file, and clears up', async () => {
    const [wheel] = build.wheels;
    const file = join(index, 'tensorflow_cpu-2.21.0.whl');
    writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.from('x')]));
    await expect(locate()).rejects.toThrow(
      new RegExp(
        `^The downloaded tensorflow-cpu 2\\.21\\.0 has the SHA-256 [0-9a-f]{64} instead of ${String(wheel?.sha256)}\\. ` +
          "pip's index serves another file, or the download was altered in transit\\. Point pip at an index that " +
          'serves the original file, or set FULGUR_TENSORFLOW to a folder that contains the libraries\\.$',
      ),
    );
    expect(readdirSync(installations())).toEqual([]);
  });

  it('checks the free space before it downloads', async () => {
    build = { ...build, peakDiskBytes: 1e18 };
    await expect(locate()).rejects.toThrow(
      /^The disk of .+ has [\d.]+ [MGT]B free\. Installing TensorFlow 2\.21\.0 \(cpu\) needs 1000000 TB\. Free some space, or set FULGUR_CACHE to a folder on a larger disk\.$/,
    );
    expect(pipCalls(index)).toEqual([]);
  });

  it('names a cache folder that cannot be made', async () => {
    writeFileSync(join(folder, 'cache'), 'a file');
    await expect(locate()).rejects.toThrow(
      `The cache folder ${installations()} cannot be created: ENOTDIR: not a directory, mkdir '${installations()}'. ` +
        'Set FULGUR_CACHE to a folder to which you may write.',
    );
  });

  it("keeps NVIDIA's libraries at the paths where TensorFlow's run path looks for them", async () => {
    const cuda = makeBuild(index, 'cuda');
    const host = fakeHost(cache, [cuda], {
      findNvidiaDriver: () => Promise.resolve('/proc/driver/nvidia/version'),
    });
    const library = await locateTensorFlow({ accelerator: 'auto' }, host);
    expect(library).toMatchObject({ flavour: 'cuda', source: 'installed' });
    expect(existsSync(join(library.directory, '..', 'nvidia', 'cudnn', 'lib', 'libcudnn.so.9'))).toBe(true);
    expect(pipCalls(index)).toHaveLength(2);
    expect((await locateTensorFlow({ accelerator: 'gpu' }, host)).source).toBe('cache');
  });
});
