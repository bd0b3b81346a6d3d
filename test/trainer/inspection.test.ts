import { beforeAll, describe, expect, it } from '@jest/globals';
import type { HookContext, RunState } from '../../src/contracts';
import { liveCounts, start } from '../../src/engine';
import { SingleDevice } from '../../src/strategy';
import { Trainer } from '../../src/trainer';
import type { BuiltPlugin } from '../../src/trainer';
import { recordingHooks } from './fakes/call-recorder';
import { fit, messageOf, plugin, recordingBus, seededRegression, settings } from './fakes/fit';

beforeAll(async () => {
  await start();
});

function trainerWith(...plugins: readonly BuiltPlugin[]): Trainer {
  return new Trainer({}, { plugins, events: recordingBus().bus, strategy: new SingleDevice(), settings });
}

describe('Trainer.inspect', () => {
  it("shows the checkpoint's weights between setup and teardown, and gives what was found", async () => {
    const states: RunState[] = [];
    const fitted = await fit({
      plugins: (trainer) => [
        plugin('saver', { onTrainEnd: async () => void states.push(await trainer().runState.capture()) }),
      ],
    });
    const [state] = states;
    const calls: string[] = [];
    const seen: unknown[] = [];
    const onLoadCheckpoint = ({ stage, progress }: HookContext): void =>
      void seen.push([stage, progress.globalStep]);
    const module = seededRegression();
    const trainer = trainerWith(plugin('one', recordingHooks('one', calls, { onLoadCheckpoint })));
    const before = liveCounts();
    const weights = await trainer.inspect(module, { state: state!, path: 'last' }, async () => {
      calls.push('look');
      return module.stateDict();
    });
    expect(weights).toEqual(fitted.weights);
    expect(calls).toEqual(['one setup', 'one onLoadCheckpoint', 'look', 'one teardown']);
    expect(seen).toEqual([['inspect', 8]]);
    expect(liveCounts().tensors).toBe(before.tensors);
  });

  it('leaves the weights alone without a checkpoint, and does its teardown after a failure', async () => {
    const calls: string[] = [];
    const module = seededRegression();
    const before = module.stateDict();
    const look = (): Promise<never> => Promise.reject(new Error('no such layer'));
    const work = trainerWith(plugin('one', recordingHooks('one', calls))).inspect(module, undefined, look);
    expect(messageOf(await work.catch((error: unknown) => error))).toBe('no such layer');
    expect(calls).toEqual(['one setup', 'one onException', 'one teardown']);
    expect(module.stateDict()).toEqual(before);
  });
});
