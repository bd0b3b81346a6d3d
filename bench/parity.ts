/**
 * Trains lightly's FastSiam model for a few steps and compares every figure with PyTorch's.
 *
 *   npx ts-node bench/parity.ts FILE.json [--eager] [--ranks 2 [--sync-bn]]
 *
 * All inputs are generated. `--eager` runs operation by operation instead of the compiled step. `--ranks` divides each
 * batch among that many processes: with `--sync-bn` they must equal a reference of one rank, without it one of as many
 * ranks. The last line is a JSON object: each ratio is our largest error divided by the error of genuine float32 runs.
 */
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { leaveCluster } from '../src/engine';
import { onlyFile, positiveOption, runCommand } from './command';
import { agrees, compareWithEdges } from './parity/edges';
import { readReference } from './parity/reference';
import { trainFigures } from './parity/train';
import { isRank, launchBench, startRanks } from './ranks';

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      eager: { type: 'boolean', default: false },
      ranks: { type: 'string', default: '1' },
      'sync-bn': { type: 'boolean', default: false },
    },
  });
  const file = onlyFile(
    positionals,
    'npx ts-node bench/parity.ts FILE.json [--eager] [--ranks 2 [--sync-bn]]',
  );
  const worldSize = positiveOption('ranks', values.ranks);
  const syncBn = values['sync-bn'];
  const reference = readReference(file, worldSize, syncBn);
  if (worldSize > 1 && !isRank()) {
    await launchBench(worldSize);
    return;
  }
  const ranks = await startRanks();
  const figures = await trainFigures(reference, { eager: values.eager, ranks, syncBn });
  await leaveCluster();
  if (ranks.rank > 0) process.exit();
  reference.truth.loss.forEach((truth, step) => {
    console.log(
      `step ${step}: loss ${figures.loss[step]!.toFixed(6)}, PyTorch in float64 ${truth.toFixed(6)}`,
    );
  });
  const { ratios, edges } = compareWithEdges(figures, reference);
  const ok = agrees(ratios);
  for (const edge of edges) {
    console.log(
      `At step ${edge.step} the ReLU ${edge.relu} has the input ${edge.input.toExponential(1)}, which float32 cannot distinguish from 0: ` +
        'compared with PyTorch in float64 on its other side (bench/peer/relu_edge.py).',
    );
  }
  console.log(
    JSON.stringify({ file: basename(file), steps: reference.spec.steps, ranks: worldSize, ...ratios, ok }),
  );
  process.exitCode = ok ? 0 : 1;
  if (worldSize > 1) process.exit();
}

void runCommand(main);
