/**
 * Trains and evaluates one case, in a separate process, so that cases do not affect each other.
 *
 *   npx ts-node bench/methods/train-case.ts '{"data":"digits","method":"byol","seed":1,"precision":"32-true","epochs":2}'
 *
 * The last line is a JSON object: a finding.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../command';
import type { Case, Finding } from './case';
import { judge, judging } from './judge';
import { runMethod } from './run-method';
import { caseOf, epochsOf, scheduledEpochs } from './settings';

async function main(): Promise<void> {
  const given = JSON.parse(process.argv[2] ?? '{}') as Case;
  const { data, method, seed, precision, epochs } = given;
  judging.data = data;
  judging.epochs = epochs;
  judging.probedEpochs = [0, epochsOf[data], epochs];
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-method-'));
  try {
    await runMethod(method, data, {
      folder,
      words: {
        seed: String(seed),
        'trainer.maxEpochs': String(scheduledEpochs[data]),
        'trainer.precision': precision,
      },
      plugins: [judge()],
      onModule: (module) => (judging.module = module),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
  if (process.exitCode !== 0) return;
  const finding: Finding = {
    case: caseOf(method, data, { seed, precision, epochs }),
    judgements: judging.judgements,
    losses: judging.losses,
    date: new Date().toISOString().slice(0, 10),
  };
  console.log(JSON.stringify(finding));
}

void runCommand(main);
