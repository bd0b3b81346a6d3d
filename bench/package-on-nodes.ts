/**
 * Packs Fulgur, installs it as a user does, without any flag, and trains with it on each Node release line, with the
 * npm of that Node; then prints the results of publint and attw for the tarball, and the sizes.
 *
 *   npx ts-node bench/package-on-nodes.ts
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { nodeOf } from '../.packaging/node-of';
import { outputOf, runQuietly } from '../.packaging/run-quietly';
import { addCompiler, addExperiment, makeProject, packFulgur } from '../.packaging/users-project';

const root = resolve(__dirname, '..');

interface Line {
  readonly node: string;
  readonly npm: string;
}

const lines: readonly Line[] = [
  { node: '20.19.0', npm: '10.8.2' },
  { node: '22.23.3', npm: '10.9.2' },
  { node: '24.21.0', npm: '11.3.0' },
];

/** One of each pattern of `exports`. */
const patterns = ['.', './plugin-kit', './plugins/csv-logger', './experiments/fastsiam', './package.json'];

const steps = ['--trainer.maxSteps', '1', '--data.batchSize', '4'];

/** The commands that are run in the project, each with its arguments for Node. */
const uses: Readonly<Record<string, readonly string[]>> = {
  'npx fulgur doctor': ['node_modules/.bin/fulgur', 'doctor', '--accelerator', 'cpu'],
  'npx fulgur train fastsiam': [
    ...['node_modules/.bin/fulgur', 'train', 'fastsiam', '--data.path', 'photos'],
    ...steps,
  ],
  'npx ts-node my-photos.ts': ['-r', 'ts-node/register', 'my-photos.ts'],
  'npx tsc': ['node_modules/typescript/bin/tsc', '-p', '.', '--outDir', 'compiled'],
  'node compiled/my-photos.js, 2 loader threads': ['compiled/my-photos.js', '--data.workers', '2'],
  'node compiled/my-photos.js --devices 2': [
    'compiled/my-photos.js',
    '--devices',
    '2',
    '--data.workers',
    '1',
  ],
  'node compiled/train.mjs': ['compiled/train.mjs'],
};

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<void> {
  const workplace = mkdtempSync(join(tmpdir(), 'fulgur-nodes-'));
  try {
    const tarball = await packFulgur(workplace);
    say(`tarball: ${(statSync(tarball).size / 1e6).toFixed(2)} MB`);
    for (const line of lines) await tryLine(line, tarball, workplace);
    const publint = await runQuietly('npx', ['publint', 'run', tarball, '--strict'], root);
    say(`\npublint (exit code ${publint.code}):\n${publint.output}`);
    const attw = await runQuietly(
      'npx',
      ['attw', tarball, '--profile', 'node16', '--no-color', '--entrypoints', ...patterns],
      root,
    );
    say(`attw (exit code ${attw.code}):\n${attw.output}`);
  } finally {
    rmSync(workplace, { recursive: true, force: true });
  }
}

async function tryLine({ node, npm }: Line, tarball: string, workplace: string): Promise<void> {
  const program = await nodeOf(node);
  const tools = join(workplace, `npm-${npm}`);
  mkdirSync(tools);
  await outputOf('npm', ['install', '--prefix', tools, '--no-audit', '--no-fund', `npm@${npm}`], tools);
  const npmOfLine = [program, join(tools, 'node_modules/npm/bin/npm-cli.js')];
  const variables = { PATH: `${dirname(program)}:${process.env['PATH'] ?? ''}` };
  const project = join(workplace, `project-${node}`);
  const said = await makeProject(project, tarball, npmOfLine, variables);
  say(`\nNode ${node}, npm ${npm}: ${said.trim().split('\n').join(' / ')}`);
  const { dependencies } = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  const size = await outputOf('du', ['-sm', 'node_modules'], project);
  say(`  ${Object.keys(dependencies).join()}: ${size.split('\t')[0]} MB in node_modules`);
  await addCompiler(project, npmOfLine, variables);
  await addExperiment(project);
  for (const [name, words] of Object.entries(uses)) {
    const { code, output } = await runQuietly(program, words, project, variables);
    say(`  ${name}: ${code === 0 ? 'passed' : `exit code ${code}\n${output}`}`);
    if (code !== 0) process.exitCode = 1;
  }
}

void main();
