/**
 * Trains one case and judges it: a process of its own, so that nothing of one case is left in another's.
 *
 *   npx ts-node bench/methods/train-case.ts '{"data":"digits","method":"byol","seed":1,"precision":"32-true","epochs":3}'
 *
 * The last line is a JSON object: a finding.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Experiment, run } from '../../src';
import type { DataDefinition, TrainingModule, ViewBatch } from '../../src';
import { runCommand } from '../command';
import type { Case, Finding } from './case';
import { judge, judging } from './judge';
import type { NarrowFastSiam } from './narrow-experiments';
import { pictograms } from './pictograms';
import { batchSize, caseOf, methods } from './settings';

async function main(): Promise<void> {
  const given = JSON.parse(process.argv[2] ?? '{}') as Case;
  const { data, method, seed, precision, epochs } = given;
  const settings = methods[method];
  if (settings === undefined) throw new RangeError(`There is no method ${method}.`);
  judging.data = data;
  judging.epochs = epochs;
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-method-'));
  try {
    const source: DataDefinition<ViewBatch> = {
      ...(data === 'digits' ? { name: 'digits' } : { dataset: pictograms() }),
      transform: settings.views[data](),
    };
    const words = {
      seed: String(seed),
      'data.batchSize': String(batchSize),
      'trainer.maxEpochs': String(epochs),
      'trainer.precision': precision,
      'trainer.defaultRootDir': folder,
      'trainer.enableCheckpointing': 'false',
      'trainer.enableProgressBar': 'false',
    };
    const args = Object.entries(words).flatMap(([name, value]) => [`--${name}`, value]);
    await run(caseClass(settings.build, source), { args });
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

function caseClass(
  Method: new () => TrainingModule<ViewBatch>,
  data: DataDefinition<ViewBatch>,
): new () => TrainingModule<ViewBatch> {
  // Any class that is not abstract will do for the type checker.
  const Base = Method as unknown as typeof NarrowFastSiam;
  @Experiment({ name: 'case', data: { ...data, dropLast: true }, plugins: [judge()] })
  class MethodCase extends Base {
    constructor() {
      super();
      judging.module = this;
    }
  }
  return MethodCase;
}

void runCommand(main);
