import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { outputOf, runQuietly } from '../../.packaging/run-quietly';
import {
  addCompiler,
  addExperiment,
  documentedConfig,
  makeProject,
  packFulgur,
} from '../../.packaging/users-project';

const root = resolve(__dirname, '../..');
const minutes = 60_000;

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

const plugins = readdirSync(join(root, 'plugins')).filter((name) =>
  existsSync(join(root, 'plugins', name, 'index.ts')),
);
// The loop is a program without exports.
const experiments = readdirSync(join(root, 'experiments'))
  .map((file) => basename(file, '.ts'))
  .filter((name) => name !== 'fastsiam-loop');
const entryPoints = [
  ...['fulgur', 'fulgur/plugin-kit'],
  ...plugins.map((name) => `fulgur/plugins/${name}`),
  ...experiments.map((name) => `fulgur/experiments/${name}`),
];

let workplace: string;
let tarball: string;
let project: string;
/** The packages that Fulgur alone brings, and their folders. */
let installed: string[];

beforeAll(async () => {
  workplace = mkdtempSync(join(tmpdir(), 'fulgur-package-'));
  tarball = await packFulgur(workplace);
  project = join(workplace, 'project');
  await makeProject(project, tarball);
  installed = packagesOf(project);
  await addCompiler(project);
  await addExperiment(project);
  writeFileSync(
    join(project, 'entry-points.ts'),
    entryPoints.map((name, index) => `export * as entry${index} from '${name}';\n`).join(''),
  );
}, 5 * minutes);

afterAll(() => rmSync(workplace, { recursive: true, force: true }));

function packagesOf(folder: string): string[] {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, unknown>;
  };
  return Object.keys(lock.packages).filter((path) => path !== '' && existsSync(join(folder, path)));
}

/** Runs a file of the project under Node; what it wrote. */
function runNode(args: readonly string[], variables: NodeJS.ProcessEnv = {}) {
  return outputOf(process.execPath, args, project, variables);
}

function typeCheck(options: Record<string, unknown>) {
  const config = documentedConfig();
  const compilerOptions = { ...config.compilerOptions, ...options, noEmit: true };
  const file = join(project, 'tsconfig.check.json');
  writeFileSync(file, JSON.stringify({ ...config, compilerOptions, include: ['*.ts', '*.mts'] }));
  return runQuietly(process.execPath, ['node_modules/typescript/bin/tsc', '-p', file], project);
}

/** The metrics of the newest run in a folder. */
function newestMetrics(folder: string): string {
  const runs = join(folder, 'runs', 'my-photos');
  const newest =
    readdirSync(runs)
      .sort((a, b) => Number(a.slice(8)) - Number(b.slice(8)))
      .at(-1) ?? '';
  return readFileSync(join(runs, newest, 'metrics.csv'), 'utf8');
}

describe('the tarball', () => {
  it('holds compiled code, declarations, licences and nothing else', async () => {
    const listed = (await outputOf('tar', ['-tzf', tarball], workplace)).trim().split('\n');
    const others = listed.filter(
      (path) =>
        !/^package\/dist\/(src|plugins|experiments)\/.*\.(js|d\.ts)$/.test(path) &&
        // What the scripts of pages go with.
        !/^package\/dist\/src\/pages\/(browser|node)\/[\w-]+\.(LICENSE\.txt|wasm)$/.test(path) &&
        // What `fulgur init` writes.
        !path.startsWith('package/dist/src/cli/template/'),
    );
    expect(others.sort()).toEqual([
      'package/CHANGELOG.md',
      'package/LICENSE',
      'package/README.md',
      'package/compiler.cjs',
      'package/dist/src/engine/backend/node-kernels.LICENSE.txt',
      'package/package.json',
    ]);
  });

  it('comes from a build whose command fulgur can be executed', () => {
    expect(statSync(join(root, 'dist/src/cli/main.js')).mode & 0o111).toBe(0o111);
  });

  it(
    'passes publint and attw',
    async () => {
      const modules = join(root, 'node_modules');
      const publint = await runQuietly(join(modules, '.bin/publint'), ['run', tarball, '--strict'], root);
      expect(publint).toEqual({ code: 0, output: expect.stringContaining('All good!') as string });
      // One of each pattern of `exports` reports all of them.
      const patterns = [
        '.',
        './experiments/fastsiam',
        './package.json',
        './plugin-kit',
        './plugins/csv-logger',
      ];
      const options = ['--profile', 'node16', '--format', 'json', '--entrypoints', ...patterns];
      const attw = await outputOf(join(modules, '.bin/attw'), [tarball, ...options], root);
      const { analysis } = JSON.parse(attw) as {
        analysis: { problems: unknown[]; entrypoints: Record<string, unknown> };
      };
      expect(analysis.problems.filter((problem) => !isOfNode10(problem))).toEqual([]);
      expect(Object.keys(analysis.entrypoints).sort()).toEqual(patterns);
    },
    3 * minutes,
  );
});

/** Resolution as of Node 10, which knows no `exports`, is not promised. */
function isOfNode10(problem: unknown): boolean {
  return (problem as { resolutionKind?: string }).resolutionKind === 'node10';
}

describe('the installation', () => {
  it('brings one install script, which looks whether a binary can be loaded', async () => {
    const withScripts = installed.filter((path) => {
      const { scripts = {} } = readManifest(join(project, path));
      return ['preinstall', 'install', 'postinstall'].some((name) => name in scripts);
    });
    expect(withScripts).toEqual(['node_modules/koffi']);
    const koffi = join(project, 'node_modules/koffi');
    const script = readManifest(koffi).scripts?.['install'] ?? '';
    // Without a network, a compiler or any other program.
    const noPrograms = { PATH: join(workplace, 'nothing'), npm_config_offline: 'true' };
    expect(await runQuietly(process.execPath, script.split(' ').slice(1), koffi, noPrograms)).toEqual({
      code: 0,
      output: '',
    });
  });

  it('brings no compiler, no second TensorFlow.js and nothing that only the build needs', () => {
    const names = installed.map((path) =>
      path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    );
    expect(names.filter((name) => name.startsWith('@tensorflow/'))).toEqual(['@tensorflow/tfjs-core']);
    const unwanted = ['typescript', 'ts-node', '@swc/core', 'core-js', 'esbuild', 'google-protobuf'];
    expect(names.filter((name) => unwanted.includes(name))).toEqual([]);
  });

  it('brings the dependencies whose purpose docs/install.md states', () => {
    const text = readFileSync(join(root, 'docs/install.md'), 'utf8');
    const table = text.slice(text.indexOf('| dependency |')).split('\n\n')[0] ?? '';
    const stated = [...table.matchAll(/^\| `([^`]+)` \| .+ \|$/gm)].map(([, name]) => name);
    expect(stated).toEqual(Object.keys(readManifest(root).dependencies ?? {}));
  });

  it('gives every entry point to require and to import', async () => {
    writeFileSync(
      join(project, 'entry-points.mjs'),
      `import { createRequire } from 'node:module';
      const require = createRequire(import.meta.url);
      for (const name of ${JSON.stringify(entryPoints)}) {
        const required = require(name);
        const imported = await import(name);
        const lost = Object.keys(required).filter((key) => imported[key] !== required[key]);
        if (Object.keys(required).length === 0 || lost.length > 0) console.log(name, 'lacks', lost.join());
      }`,
    );
    expect(await runNode(['entry-points.mjs'])).toBe('');
  });
});

describe("the declarations in a user's project", () => {
  const kinds = [
    { module: 'node16', moduleResolution: 'node16' },
    { module: 'preserve', moduleResolution: 'bundler' },
  ];

  it.each(kinds)(
    'pass under $moduleResolution',
    async (kind) => {
      expect(await typeCheck(kind)).toEqual({ code: 0, output: '' });
    },
    3 * minutes,
  );

  it(
    'pass under nodenext where declarations are checked, too, and a wrong call does not',
    async () => {
      const file = join(project, 'wrong.ts');
      writeFileSync(file, "import { optim } from 'fulgur';\noptim.sgd([], { learningRate: 'high' });\n");
      const { output } = await typeCheck({ skipLibCheck: false });
      rmSync(file);
      const lines = output.split('\n').filter((line) => /^\S+\(\d+,\d+\): error/.test(line));
      // tfjs-core's types for WebGPU and TypeScript's own contradict each other.
      const others = /^node_modules\/(@tensorflow|@webgpu|typescript)\//;
      expect(lines.filter((line) => !others.test(line))).toEqual([
        "wrong.ts(2,17): error TS2322: Type 'string' is not assignable to type 'Scheduled'.",
      ]);
    },
    3 * minutes,
  );
});

describe("a user's experiment", () => {
  let expected: string;

  beforeAll(async () => {
    expected = await metricsFromCheckout();
    await runNode(['node_modules/typescript/bin/tsc', '-p', '.', '--outDir', 'compiled']);
  }, 5 * minutes);

  /** The same experiment on the repository's own source. */
  async function metricsFromCheckout(): Promise<string> {
    const folder = join(workplace, 'checkout');
    await addExperiment(folder);
    for (const name of ['my-photos.ts', 'photo-list.ts']) {
      const text = readFileSync(join(folder, name), 'utf8')
        .replaceAll("'fulgur/plugins/", `'${root}/plugins/`)
        .replaceAll("'fulgur'", `'${root}/src'`);
      writeFileSync(join(folder, name), text);
    }
    await outputOf(process.execPath, ['-r', require.resolve('ts-node/register'), 'my-photos.ts'], folder, {
      TS_NODE_PROJECT: join(root, 'tsconfig.json'),
    });
    return newestMetrics(folder);
  }

  it('has run to its end in the checkout', () => {
    expect(expected).toMatch(/^epoch,step,loss\n0,1,-?0\.\d+\n0,2,-?0\.\d+\n0,3,-?0\.\d+\n$/);
  });

  const ways = [
    { way: 'ts-node', args: ['-r', 'ts-node/register', 'my-photos.ts', '--data.workers', '0'] },
    {
      way: 'ts-node with loader threads',
      args: ['-r', 'ts-node/register', 'my-photos.ts', '--data.workers', '2'],
    },
    { way: 'compiled JavaScript', args: ['compiled/my-photos.js', '--data.workers', '1'] },
    { way: 'an ES module', args: ['compiled/train.mjs', '--data.workers', '1'] },
  ];

  it.each(ways)(
    'trains with $way to the same numbers as in the checkout',
    async ({ args }) => {
      await runNode(args);
      expect(newestMetrics(project)).toBe(expected);
    },
    3 * minutes,
  );

  it(
    'trains on two ranks that the launcher starts',
    async () => {
      const output = await runNode(['compiled/my-photos.js', '--devices', '2', '--data.workers', '1']);
      expect(output).toContain('2 ranks');
      expect(newestMetrics(project)).toMatch(/^epoch,step,loss\n0,1,-?0\.\d+\n/);
    },
    3 * minutes,
  );

  it(
    'is not even needed: the command trains a shipped one on a folder of photos',
    async () => {
      const words = [
        'fastsiam',
        '--data.name',
        'folder',
        '--data.path',
        'photos',
        '--trainer.maxSteps',
        '1',
        '--data.batchSize',
        '4',
      ];
      const output = await outputOf(join(project, 'node_modules/.bin/fulgur'), ['train', ...words], project);
      expect(output).toContain('Finished after');
      expect(readdirSync(join(project, 'runs', 'fastsiam'))).toEqual(['version_0']);
    },
    3 * minutes,
  );
});

describe('fulgur init', () => {
  it(
    'makes a project that installs this Fulgur, and whose types, test and training pass',
    async () => {
      await outputOf(join(project, 'node_modules/.bin/fulgur'), ['init', 'made'], project);
      const made = join(project, 'made');
      await outputOf('npm', ['install'], made);
      await outputOf('npm', ['run', 'typecheck'], made);
      expect(await outputOf('npm', ['test'], made)).toMatch(/^(#|ℹ) pass 1$/m);
      const words = ['--trainer.maxSteps', '1', '--data.batchSize', '8'];
      expect(await outputOf('npm', ['run', 'train', '--', ...words], made)).toContain('Finished after');
    },
    3 * minutes,
  );
});
