import { describe, expect, it } from '@jest/globals';
import type { PluginHooks } from '../../../src/contracts';
import { pluginStates } from '../../../src/trainer/state/plugin-states';
import { messageOf } from '../../plugins/fakes/run';

function states(pluginState: () => unknown) {
  const hooks = { pluginState, restorePluginState: () => undefined } as PluginHooks;
  return pluginStates([{ name: 'seen-classes', order: 'normal', hooks }]);
}

describe("plugins' states", () => {
  it('may hold every number', () => {
    const state = { best: -Infinity, last: NaN, sign: -0 };
    expect(states(() => state)).toStrictEqual({ 'seen-classes': state });
  });

  it('are rejected if a checkpoint would silently lose a part of them', async () => {
    const failure = await messageOf(() => states(() => ({ counts: new Map([['cat', 3]]) })));
    expect(failure).toBe(
      "Plugin 'seen-classes' failed in pluginState: state.counts is an object of class Map, which cannot be written as JSON. " +
        'It would not be read back unchanged. ' +
        'Use numbers, strings, booleans, lists and plain objects: [...map] for a Map, Array.from(values) for a typed array.',
    );
  });
});
