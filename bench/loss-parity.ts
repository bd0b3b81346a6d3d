/**
 * Calls every loss as PyTorch called lightly's, and compares values, gradients and the losses' state.
 *
 *   npx ts-node bench/loss-parity.ts FILE.json [--eager]
 *
 * All inputs are generated. `--eager` runs operation by operation instead of a compiled step. The last line is a JSON
 * object: each ratio is our largest error divided by the tolerance.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { start } from '../src';
import { onlyFile, readReferenceFile, runCommand } from './command';
import type { LossReference } from './loss-parity/cases';
import { lossFigures, lossRatios } from './loss-parity/measure';
import type { LossRatios } from './loss-parity/measure';

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { eager: { type: 'boolean', default: false } },
  });
  const file = onlyFile(positionals, 'npx ts-node bench/loss-parity.ts FILE.json [--eager]');
  const { seed, cases } = readReferenceFile(file, ['seed', 'cases']) as LossReference;
  await start();
  const all: LossRatios[] = [];
  for (const wanted of cases) {
    const ratios = lossRatios(await lossFigures(wanted, seed, values.eager), wanted);
    all.push(ratios);
    const told = Object.entries({ ...ratios }).map(([figure, ratio]) => `${figure} ${ratio.toFixed(3)}`);
    console.log(`${wanted.loss} ${JSON.stringify(wanted.params)}: ${told.join(', ')} of the tolerance`);
  }
  const most = (figure: keyof LossRatios): number => Math.max(...all.map((ratios) => ratios[figure]));
  const ratios = {
    maxValueErrorRatio: most('value'),
    maxGradientErrorRatio: most('gradient'),
    maxStateErrorRatio: most('state'),
  };
  const ok = Object.values(ratios).every((ratio) => ratio <= 1);
  console.log(JSON.stringify({ file: basename(file), cases: cases.length, ...ratios, ok }));
  process.exitCode = ok ? 0 : 1;
}

void runCommand(main);
