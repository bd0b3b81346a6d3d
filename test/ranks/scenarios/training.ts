import { EarlyStopping, earlyStopping } from '../../../plugins/early-stopping';
import type { HookContext, PluginHooks, RunState } from '../../../src/contracts';
import type { Trainer } from '../../../src/trainer';
import { cases } from '../cases';
import { trainTogether } from '../train-together';
import type { Together, TogetherSetup } from '../train-together';
import { scenario } from './scenario';

scenario(async (ranks) => {
  const { rank } = ranks;
  const train = (setup: TogetherSetup) => trainTogether(ranks, setup);
  const onRank = (wanted: number, hooks: PluginHooks): PluginHooks => (rank === wanted ? hooks : {});

  /** Trains to the third update of a fit, keeps its state there, and continues from it. */
  const resumed = async (setup: TogetherSetup) => {
    const states: RunState[] = [];
    const hooks = (trainer: () => Trainer): PluginHooks => ({
      onTrainBatchEnd: async ({ progress }) => {
        if (progress.globalStep !== 3) return;
        states.push(await trainer().runState.capture());
        // On one rank, which all others have to follow.
        if (rank === 1) trainer().interrupt('Ctrl-C');
      },
    });
    const first = await train({ ...setup, hooks });
    const [state] = states;
    if (state === undefined) throw new Error('nothing was captured');
    return { first, second: await train({ ...setup, resume: state, seed: 5 }) };
  };

  /** Ends by a wish of rank 1 alone at the third update, after one that came too early, and continues from the state kept there. */
  const stopped = async () => {
    const states: RunState[] = [];
    const setup: TogetherSetup = { ...cases.plain, options: { maxEpochs: 2, minSteps: 3 } };
    const hooks = (trainer: () => Trainer): PluginHooks => ({
      onTrainBatchEnd: async ({ progress, stop }) => {
        if (rank === 1 && [1, 3].includes(progress.globalStep)) stop(`wish ${progress.globalStep}`);
        states.push(await trainer().runState.capture());
      },
    });
    const first = await train({ ...setup, hooks });
    const seconds: Together[] = [];
    const [early, , last] = states;
    if (early === undefined || last === undefined) throw new Error('too little was captured');
    for (const resume of [early, last]) seconds.push(await train({ ...setup, hooks, resume, seed: 5 }));
    return { first, seconds, kept: last.stop ?? null };
  };

  /** When metrics were measured, as this rank's hooks see it; interrupted within the second epoch, and resumed. */
  const measured = async () => {
    const seen: unknown[] = [];
    const states: RunState[] = [];
    const look = ({ measured: newest, progress }: HookContext): void => {
      const names = ['train_loss', 'train_loss_epoch', 'val_loss'];
      seen.push([progress.globalStep, ...names.map((name) => whenOf(newest(name)))]);
    };
    const whenOf = (measurement: ReturnType<HookContext['measured']>) =>
      measurement === undefined ? null : [measurement.step, measurement.epoch, measurement.serial];
    const setup = {
      options: { maxEpochs: 3, valCheckInterval: 2 },
      data: { batches: 2 * ranks.worldSize },
      validation: { batches: 3, batchSize: 4 },
    };
    const saveAt = (step: number) => (trainer: () => Trainer) => ({
      onValidationEnd: look,
      onTrainEpochEnd: look,
      onTrainBatchEnd: async (context: HookContext) => {
        look(context);
        if (context.progress.globalStep !== step) return;
        states.push(await trainer().runState.capture());
        trainer().interrupt('Ctrl-C');
      },
    });
    await train({ ...setup, hooks: saveAt(-1) });
    const whole = seen.splice(0);
    await train({ ...setup, hooks: saveAt(5) });
    const [resume] = states;
    if (resume === undefined) throw new Error('nothing was captured');
    await train({ ...setup, resume, hooks: saveAt(-1) });
    return { whole, inParts: seen };
  };

  const early = earlyStopping({ monitor: 'val_loss', mode: 'max', stoppingThreshold: -1 });

  const report = {
    earlyStopped: await train({
      options: { maxEpochs: 3, valCheckInterval: 2, accumulateGradBatches: 2 },
      validation: { batches: 3, batchSize: 4 },
      hooks: () => onRank(0, new EarlyStopping(early.options as never)),
    }),
    measured: await measured(),
    plain: await train(cases.plain),
    accumulated: await train(cases.accumulated),
    taught: await train(cases.taught),
    taughtAccumulated: await train(cases.taughtAccumulated),
    localTaught: await train({ ...cases.taught, strategy: 'local-sgd' }),
    scheduled: await train(cases.scheduled),
    scheduledResumed: await resumed(cases.scheduled),
    localScheduled: await train({ ...cases.scheduled, strategy: 'local-sgd' }),
    uneven: await train(cases.uneven),
    stopped: await train({
      hooks: () =>
        onRank(1, {
          onTrainBatchEnd: ({ progress, stop }) => {
            if (progress.globalStep === 3) stop('rank 1 has enough');
          },
        }),
    }),
    endedEpoch: await train({
      hooks: () =>
        onRank(0, {
          onTrainBatchStart: ({ progress }) => (progress.batchIndex === 2 ? 'end-epoch' : undefined),
        }),
    }),
    ownBatchNorm: await train({ syncBn: false }),
    otherSeeds: await train({ ...cases.plain, seed: 10 * rank }),
    resumed: await resumed(cases.plain),
    stoppedResumed: await stopped(),
    localSgd: await train({ strategy: 'local-sgd' }),
    localSgdAlone: await train({ strategy: 'local-sgd', options: { maxSteps: 3 } }),
    localSgdResumed: await resumed({ strategy: 'local-sgd' }),
  };
  return report;
});
