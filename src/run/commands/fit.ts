import type { BatchSource, Ranks, RunEventBus } from '../../contracts';
import { writeRunRecord } from '../../run-folder';
import { failTogether, requireAgreement } from '../../strategy';
import { redactedData } from '../../system';
import type { FitResult } from '../../trainer';
import { defineCommand } from '../command';
import { environmentRecord } from '../record';
import type { RunScope } from '../scope';

/** Trains, from the seed's random weights or from where a checkpoint's run stood. */
export const fit = defineCommand({
  name: 'fit',
  help: 'train; also without a word',
  selectors: {
    resume: true,
    checkpoint: 'a fit goes on with --resume',
    untrained: 'a fit begins with random weights by itself',
    weights: 'what a fit evaluates, its plugins say',
    split: 'a fit learns from the train split',
  },
  run: ({ run }) => train(run),
});

async function train(run: RunScope): Promise<FitResult> {
  const { config, data, folder, args, trainer, module, from, events, interruption } = run;
  const { ranks, world, notify } = run;
  if (ranks.rank === 0) {
    writeRunRecord(folder, {
      config: config.toJson(),
      hyperparameters: redactedData(config.hyperparameters),
      environment: await environmentRecord(data.info, args, from?.path ?? null, world, notify),
    });
  }
  const overhead = config.trainer.barebones ? measureOverhead(events) : null;
  const validates = module.validationStep !== undefined && config.trainer.limitValBatches !== 0;
  const validation = validates ? await failTogether(ranks, () => data.heldOut()) : undefined;
  try {
    if (validation !== undefined) await requireSameLength(ranks, validation);
    return await interruption.during(trainer, () =>
      trainer.fit(module, data.train, { resumeFrom: from, validation }),
    );
  } finally {
    overhead?.report();
    await validation?.close();
  }
}

/** Ranks that validate on different numbers of batches would wait for each other. */
async function requireSameLength(ranks: Ranks, { batchesPerEpoch }: BatchSource<unknown>): Promise<void> {
  const facts = { 'batches of validation': String(batchesPerEpoch) };
  await requireAgreement(ranks, 'run', facts, {
    fix: 'Let batchesPerEpoch of held-out data be that of the rank that has the most.',
  });
}

/** Adds up where a run's time goes, from its events. */
function measureOverhead(events: RunEventBus): { report(): void } {
  let batches = 0;
  let steps = 0;
  let data = 0;
  let validation = 0;
  let epochs = 0;
  const disposers = [
    events.on('batchEnded', (_, { stepSeconds, dataSeconds }) => {
      batches += 1;
      steps += stepSeconds;
      data += dataSeconds;
    }),
    events.on('evaluationEnded', ({ sanityCheck }, _, seconds) => {
      if (!sanityCheck) validation += seconds;
    }),
    events.on('epochEnded', (_, __, seconds) => {
      epochs += seconds;
    }),
  ];
  return {
    report: () => {
      for (const dispose of disposers) dispose();
      if (batches === 0 || epochs === 0) return;
      const perBatch = (seconds: number): string => `${((1000 * seconds) / batches).toFixed(3)} ms`;
      events.emit(
        'message',
        'info',
        `Barebones: ${batches} batches, each ${perBatch(steps)} of step, ${perBatch(data)} of waiting for data and ` +
          `${perBatch(Math.max(0, epochs - validation - steps - data))} of the framework itself.`,
      );
    },
  };
}
