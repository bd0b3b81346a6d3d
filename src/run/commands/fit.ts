import type { BatchSource, Ranks, RunEventBus } from '../../contracts';
import { writeRunRecord } from '../../run-folder';
import { failTogether, requireAgreement } from '../../strategy';
import { redactedData } from '../../system';
import type { FitResult } from '../../trainer';
import { defineCommand } from '../command';
import { environmentRecord } from '../record';
import type { RunScope } from '../scope';

/** Trains from the seed's random weights, or resumes from a checkpoint. */
export const fit = defineCommand({
  name: 'fit',
  help: 'train; the default command',
  selectors: {
    resume: true,
    checkpoint: 'a fit resumes with --resume',
    untrained: 'a fit starts from random weights by default',
    weights: 'the plugins of a fit determine what it evaluates',
    split: 'a fit trains on the train split',
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

/** Ranks that validate on different numbers of batches would wait for each other for ever. */
async function requireSameLength(ranks: Ranks, { batchesPerEpoch }: BatchSource<unknown>): Promise<void> {
  const facts = { 'number of validation batches': String(batchesPerEpoch) };
  await requireAgreement(ranks, 'run', facts, {
    fix: 'Set batchesPerEpoch of the held-out data to that of the rank with the most batches.',
  });
}

/** Measures from its events where a run's time goes. */
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
