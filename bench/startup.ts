/**
 * How long a run takes to begin: from the command to its first update, and the first step itself (trace, optimisation,
 * warm-up), with the engine installed.
 *
 *   npx ts-node bench/startup.ts [--turns 3]
 *
 * It runs `experiments/fastsiam.ts` on the digits as a user does, for one update of 256 images. The last line is a JSON object.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { positiveOption, runCommand } from './command';

const root = resolve(__dirname, '..');

function main(): void {
  const { values } = parseArgs({ options: { turns: { type: 'string', default: '3' } } });
  const turns = positiveOption('turns', values.turns);
  const measured = Array.from({ length: turns }, () => measure());
  const median = (key: 'commandSeconds' | 'firstStepSeconds'): number =>
    measured.map((turn) => turn[key]).sort((a, b) => a - b)[Math.floor(turns / 2)]!;
  console.log(
    JSON.stringify({
      secondsToFirstUpdate: median('commandSeconds'),
      firstStepSeconds: median('firstStepSeconds'),
      turns,
    }),
  );
}

/** One run, from `npx` to its end. */
function measure(): { commandSeconds: number; firstStepSeconds: number } {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-startup-'));
  const stamps = join(folder, 'stamps.json');
  const began = Date.now();
  const { status, stderr } = spawnSync(
    'npx',
    ['ts-node', join(__dirname, 'startup/experiment.ts'), stamps, folder],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (status !== 0) throw new Error(`the run failed: ${stderr}`);
  const { at, stepSeconds } = JSON.parse(readFileSync(stamps, 'utf8')) as { at: number; stepSeconds: number };
  rmSync(folder, { recursive: true });
  return { commandSeconds: (at - began) / 1000, firstStepSeconds: stepSeconds };
}

void runCommand(main);
