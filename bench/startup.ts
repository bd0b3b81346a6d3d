/**
 * Measures how long a run takes to start: from the command to its first update, and the first step itself (trace,
 * optimisation, warm-up), with the engine installed.
 *
 *   npx ts-node bench/startup.ts [--turns 3] [--base ../another-checkout]
 *
 * Two commands run in turns, on the digits, for one update of 256 images: `npx fulgur train fastsiam`, from a build
 * that is made first, and `npx ts-node experiments/fastsiam.ts` in this checkout or in that of `--base`. CPU seconds
 * are those of all processes of a command until that update. The last line is a JSON object.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { positiveOption, runCommand } from './command';
import { cpuSecondsOfTree } from './startup/cpu-seconds';

const root = resolve(__dirname, '..');
const LOOK_MILLISECONDS = 5;

interface FirstUpdate {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { turns: { type: 'string', default: '3' }, base: { type: 'string', default: root } },
  });
  const turns = positiveOption('turns', values.turns);
  execFileSync('npm', ['run', 'build'], { cwd: root, stdio: 'ignore' });
  const compiled: FirstUpdate[] = [];
  const source: FirstUpdate[] = [];
  const firstSteps: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    compiled.push(
      await inFolder((folder) =>
        ofCommand(projectWithFulgur(folder), ['fulgur', 'train', 'fastsiam'], folder),
      ),
    );
    source.push(
      await inFolder((folder) =>
        ofCommand(resolve(values.base), ['ts-node', 'experiments/fastsiam.ts'], folder),
      ),
    );
    firstSteps.push(await inFolder(firstStep));
    console.log(`turn ${turn + 1}: fulgur ${said(compiled[turn])}, ts-node ${said(source[turn])}`);
  }
  console.log(
    JSON.stringify({
      secondsToFirstUpdate: median(compiled.map(({ seconds }) => seconds)),
      cpuSecondsToFirstUpdate: median(compiled.map(({ cpuSeconds }) => cpuSeconds)),
      sourceSecondsToFirstUpdate: median(source.map(({ seconds }) => seconds)),
      sourceCpuSecondsToFirstUpdate: median(source.map(({ cpuSeconds }) => cpuSeconds)),
      firstStepSeconds: median(firstSteps),
      turns,
    }),
  );
}

/** A project with Fulgur among its packages, linked as npm links a folder. */
function projectWithFulgur(folder: string): string {
  const packages = join(folder, 'node_modules');
  chmodSync(join(root, 'dist', 'src', 'cli', 'main.js'), 0o755);
  mkdirSync(join(packages, '.bin'), { recursive: true });
  symlinkSync(root, join(packages, 'fulgur'));
  symlinkSync(join('..', 'fulgur', 'dist', 'src', 'cli', 'main.js'), join(packages, '.bin', 'fulgur'));
  return folder;
}

/** Runs a command with `npx` to its end. Its first update is done when the row of the first step appears. */
async function ofCommand(cwd: string, words: readonly string[], folder: string): Promise<FirstUpdate> {
  const options = { name: 'digits', maxSteps: '1', logEveryNSteps: '1', defaultRootDir: folder };
  const args = Object.entries(options).flatMap(([key, value]) => [
    `--${key === 'name' ? 'data' : 'trainer'}.${key}`,
    value,
  ]);
  const began = performance.now();
  const child = spawn('npx', ['--no-install', ...words, ...args], {
    cwd,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  const ended = new Promise<number | null>((done) => child.on('close', done));
  const metrics = join(folder, 'fastsiam', 'version_0', 'metrics.csv');
  let first: FirstUpdate | null = null;
  while (first === null && child.exitCode === null) {
    await setTimeout(LOOK_MILLISECONDS);
    if (rows(metrics) < 2) continue;
    const seconds = (performance.now() - began) / 1000;
    first = { seconds, cpuSeconds: cpuSecondsOfTree(child.pid ?? 0) };
  }
  if ((await ended) !== 0 || first === null) throw new Error(`npx ${words.join(' ')} failed: ${said}`);
  return first;
}

function rows(file: string): number {
  try {
    return readFileSync(file, 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
}

/** Measures the seconds of the first step, in an experiment that records them. */
function firstStep(folder: string): number {
  const stamps = join(folder, 'stamps.json');
  const words = ['ts-node', join(__dirname, 'startup/experiment.ts'), stamps, folder];
  const { status, stderr } = spawnSync('npx', words, { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(`the run failed: ${stderr}`);
  return (JSON.parse(readFileSync(stamps, 'utf8')) as { stepSeconds: number }).stepSeconds;
}

async function inFolder<T>(action: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-startup-'));
  try {
    return await action(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function said(update: FirstUpdate | undefined): string {
  return update === undefined ? '' : `${update.seconds.toFixed(2)} s (CPU ${update.cpuSeconds.toFixed(2)} s)`;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;
}

void runCommand(main);
