/**
 * Trains lightly's FastSiam model a few steps and compares every figure with what PyTorch gave.
 *
 *   npx ts-node bench/parity.ts FILE.json [--eager]
 *
 * All inputs are generated. `--eager` runs operation by operation instead of the compiled step. The last line is a
 * JSON object: each ratio is our largest error over the error that honest float32 runs make.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { soloRanks, start } from '../src';
import { onlyFile, runCommand } from './command';
import { compareFigures } from './parity/compare';
import { readReference } from './parity/reference';
import { trainFigures } from './parity/train';

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { eager: { type: 'boolean', default: false } },
  });
  const file = onlyFile(positionals, 'npx ts-node bench/parity.ts FILE.json [--eager]');
  const reference = readReference(file, 1, false);
  await start();
  const figures = await trainFigures(reference, { eager: values.eager, ranks: soloRanks, syncBn: false });
  reference.truth.loss.forEach((truth, step) => {
    console.log(
      `step ${step}: loss ${figures.loss[step]!.toFixed(6)}, PyTorch in float64 ${truth.toFixed(6)}`,
    );
  });
  const ratios = compareFigures(figures, reference);
  const ok = Object.values(ratios).every((ratio) => ratio <= 1);
  console.log(JSON.stringify({ file: basename(file), steps: reference.spec.steps, ...ratios, ok }));
  if (!ok) process.exitCode = 1;
}

void runCommand(main);
