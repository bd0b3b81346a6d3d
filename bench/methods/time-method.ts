/**
 * Measures time and memory of one method's training on the digits: its own experiment, views, loader threads and
 * trainer, without any evaluation, in a separate process.
 *
 *   npx ts-node bench/methods/time-method.ts byol [--steps 40] [--skip 10] [--precision bf16-mixed]
 *
 * The first `--skip` steps are excluded, as the step is traced in them. The last line is a JSON object.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Plugin, definePlugin } from '../../src';
import { positiveOption, runCommand } from '../command';
import { runMethod } from './run-method';
import { batchSize } from './settings';

const stamps: number[] = [];

@Plugin({ name: 'stamps' })
class Stamps {
  onTrainBatchEnd(): void {
    stamps.push(performance.now());
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      steps: { type: 'string', default: '40' },
      skip: { type: 'string', default: '10' },
      precision: { type: 'string', default: '32-true' },
    },
  });
  const skip = positiveOption('skip', values.skip);
  const maxSteps = String(positiveOption('steps', values.steps) + skip);
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-method-'));
  try {
    await runMethod(positionals[0] ?? '', 'digits', {
      folder,
      words: { 'trainer.maxSteps': maxSteps, 'trainer.precision': values.precision },
      plugins: [definePlugin(Stamps)],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (process.exitCode !== 0) return;
  const laps = stamps.slice(skip).map((at, index) => (at - (stamps[skip + index - 1] ?? at)) / 1000);
  laps.sort((a, b) => a - b);
  console.log(
    JSON.stringify({
      secondsPerStep: laps[Math.floor(laps.length / 2)],
      peakRssMiB: process.resourceUsage().maxRSS / 1024,
      batchSize,
    }),
  );
}

void runCommand(main);
