import type { PluginHooks, RunState, StateDict } from '../../src/contracts';
import { seedEverything, start } from '../../src/engine';
import { SingleDevice } from '../../src/strategy';
import { Trainer } from '../../src/trainer';
import { plugin, recordingBus, settings } from './fakes/fit';
import { Points } from './fakes/points';
import { Regression } from './fakes/regression';

beforeAll(() => start());

/** A model that is trained nowhere, and states of it. */
function modelAndGiven(): { module: Regression; given: StateDict } {
  seedEverything(1);
  const other = new Regression();
  const given = other.stateDict();
  other.dispose();
  seedEverything(2);
  return { module: new Regression(), given };
}

describe('initial weights of a trainer', () => {
  it('are set when the fit starts, and are not read by a resumed fit', async () => {
    const { module, given } = modelAndGiven();
    const seen: StateDict[] = [];
    const states: RunState[] = [];
    let reads = 0;
    const { bus, recorded } = recordingBus();
    const hooks: PluginHooks = { onFitStart: () => void seen.push(module.stateDict()) };
    const trainer: Trainer = new Trainer(
      { maxEpochs: 1, maxSteps: 2 },
      {
        plugins: [
          plugin('look', hooks),
          plugin('keep', { onTrainEnd: async () => void states.push(await trainer.runState.capture()) }),
        ],
        ...{ events: bus, strategy: new SingleDevice(), settings },
        initialWeights: () => {
          reads += 1;
          return Promise.resolve({ state: given, source: 'given.safetensors' });
        },
      },
    );
    await trainer.fit(module, new Points({ batches: 2, batchSize: 4 }));
    expect(seen[0]).toEqual(given);
    const messages = (): unknown[] =>
      recorded.flatMap(([event, , text]) => (event === 'message' ? [text] : []));
    expect(messages()).toContain('The weights of given.safetensors are loaded into Regression (9 tensors).');
    const [state] = states;
    if (state === undefined) throw new Error('nothing was captured');
    const trained = module.stateDict();
    await trainer.fit(module, new Points({ batches: 2, batchSize: 4 }), {
      resumeFrom: { state, path: null },
    });
    expect(reads).toBe(1);
    expect(seen[1]).toEqual(trained);
    expect(messages()).toContain(
      "Initial weights are not loaded again: the run resumes with its checkpoint's weights.",
    );
    module.dispose();
  });

  it('end the fit before anything is changed if they do not fit', async () => {
    const { module, given } = modelAndGiven();
    const before = module.stateDict();
    given.delete('head.bias');
    const { bus } = recordingBus();
    const trainer = new Trainer(
      { maxEpochs: 1 },
      {
        ...{ plugins: [], events: bus, strategy: new SingleDevice(), settings },
        initialWeights: () => Promise.resolve({ state: given, source: 'given.safetensors' }),
      },
    );
    await expect(trainer.fit(module, new Points({ batches: 2, batchSize: 4 }))).rejects.toThrow(
      'The weights of given.safetensors do not fit Regression: missing: head.bias. Nothing was loaded.',
    );
    expect(module.stateDict()).toEqual(before);
    module.dispose();
  });
});
