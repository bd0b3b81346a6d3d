import type { PluginHooks, RunState } from '../../../src/contracts';
import type { Trainer } from '../../../src/trainer';
import { drawSamples } from '../draw-samples';
import { trainTogether } from '../train-together';
import type { Together, TogetherSetup } from '../train-together';
import { scenario } from './scenario';

scenario(async (ranks) => {
  /** Trains, with the state after the third update, and continues from there. */
  const resumed = async (setup: TogetherSetup): Promise<Record<'whole' | 'rest', Together>> => {
    const states: RunState[] = [];
    const hooks = (trainer: () => Trainer): PluginHooks => ({
      onTrainBatchEnd: async ({ progress }, { updated }) => {
        if (updated && progress.globalStep === 3) states.push(await trainer().runState.capture());
      },
    });
    const whole = await trainTogether(ranks, { ...setup, hooks });
    const [resume] = states;
    if (resume === undefined) throw new Error('nothing was captured');
    return { whole, rest: await trainTogether(ranks, { ...setup, resume, seed: 5 }) };
  };
  const noisy: TogetherSetup = { noisy: true, syncBn: true };
  return {
    compiled: await drawSamples(false),
    eager: await drawSamples(true),
    plain: await resumed(noisy),
    accumulated: await resumed({ ...noisy, options: { maxEpochs: 2, accumulateGradBatches: 2 } }),
    localSgd: await resumed({ ...noisy, strategy: 'local-sgd' }),
    otherSeeds: { whole: await trainTogether(ranks, { ...noisy, seed: 10 * ranks.rank }) },
  };
});
