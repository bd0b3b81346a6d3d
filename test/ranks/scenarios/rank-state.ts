import { decodeState, encodeState } from '../../../plugins/checkpointing/state-files';
import type { PluginHooks, Ranks, RunState } from '../../../src/contracts';
import { decodeSafetensors } from '../../../src/nn';
import type { Trainer } from '../../../src/trainer';
import { rankStateCases } from '../cases';
import { trainTogether } from '../train-together';
import type { TogetherSetup } from '../train-together';
import { scenario } from './scenario';

/** What rank 0 writes, as every rank reads it. */
async function throughFiles(ranks: Ranks, state: RunState): Promise<RunState> {
  const files = Object.entries(encodeState(state)).map(([name, parts]) => [
    name,
    Buffer.concat(parts).toString('base64'),
  ]);
  const told = await ranks.broadcastBytes(Buffer.from(JSON.stringify(files)));
  const read = JSON.parse(Buffer.from(told).toString()) as [string, string][];
  const contents = new Map(read.map(([name, text]) => [name, Buffer.from(text, 'base64')]));
  const tensors = [...contents].filter(([name]) => name.endsWith('.safetensors'));
  return decodeState({
    rest: contents.get('state.json') ?? Buffer.alloc(0),
    tensors: Object.fromEntries(tensors.map(([name, bytes]) => [name, decodeSafetensors(bytes).tensors])),
  });
}

scenario(async (ranks) => {
  const goOn = async (setup: TogetherSetup) => {
    const whole = await trainTogether(ranks, setup);
    const states: RunState[] = [];
    const hooks = (trainer: () => Trainer): PluginHooks => ({
      onTrainBatchEnd: async ({ progress }) => {
        if (progress.globalStep !== 3) return;
        states.push(await throughFiles(ranks, await trainer().runState.capture()));
        trainer().interrupt('Ctrl-C');
      },
    });
    const first = await trainTogether(ranks, { ...setup, hooks });
    const [resume] = states;
    if (resume === undefined) return { whole, first, second: first, kept: [] };
    const second = await trainTogether(ranks, { ...setup, resume, seed: 5 });
    const kept = (resume.ranks ?? []).map(({ weights }) => [...(weights?.keys() ?? [])]);
    return { whole, first, second, kept };
  };
  const saving = (trainer: () => Trainer): PluginHooks => ({
    onTrainBatchEnd: async () => {
      await trainer().runState.capture();
    },
  });
  const report: Record<string, unknown> = {};
  for (const [name, setup] of Object.entries(rankStateCases)) report[name] = await goOn(setup);
  const once = { options: { maxEpochs: 1, numSanityValSteps: 0 } };
  report['saved'] = await trainTogether(ranks, { ...once, queue: 'same', hooks: saving });
  report['validated'] = await trainTogether(ranks, { ...once, queue: 'same', validation: { batches: 1 } });
  return report;
});
