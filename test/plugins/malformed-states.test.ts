import { CollapseSentinel } from '../../plugins/collapse-sentinel';
import { EarlyStopping } from '../../plugins/early-stopping';
import { MlflowLogger } from '../../plugins/mlflow-logger';
import { RowFileLogger } from '../../plugins/shared/row-logger';
import { TensorboardLogger } from '../../plugins/tensorboard-logger';
import { Timer } from '../../plugins/timer';
import { WeightAveraging } from '../../plugins/weight-averaging';
import type { Json, PluginHooks, RunState, StateDict } from '../../src';
import { FulgurError } from '../../src';
import { restorePluginStates } from '../../src/trainer/state/plugin-states';

const types: Readonly<Record<string, { readonly prototype: object }>> = {
  timer: Timer,
  'early-stopping': EarlyStopping,
  'collapse-sentinel': CollapseSentinel,
  'mlflow-logger': MlflowLogger,
  'tensorboard-logger': TensorboardLogger,
  'csv-logger': RowFileLogger,
  'weight-averaging': WeightAveraging,
};

function restore(name: string, state: Json, hooks: PluginHooks, path: string | null = '/runs/step=4'): void {
  const tensors: StateDict = new Map([['a', { dtype: 'F32', shape: [], data: new Float32Array(1) }]]);
  const saved = { plugins: { [name]: state }, pluginTensors: { [name]: tensors } };
  const plugin = { name, hooks } as Parameters<typeof restorePluginStates>[0][number];
  restorePluginStates([plugin], saved as unknown as RunState, () => undefined, path);
}

const hooksOf = (name: string): PluginHooks => Object.create(types[name]?.prototype ?? null) as PluginHooks;

describe('a state that a plugin cannot have saved', () => {
  describe.each(Object.keys(types))('of %s', (name) => {
    it.each([['text'], [7], [[]], [{ seconds: 'x', best: [], rows: {}, newestRows: 3, count: 'x' }]])(
      'is rejected with the names of the plugin and the checkpoint: %j',
      (state) => {
        expect(() => restore(name, state as Json, hooksOf(name))).toThrow(
          new RegExp(
            `^Plugin '${name}' cannot restore its state from the checkpoint /runs/step=4: in it, .* ` +
              "Resume from another checkpoint, or remove the plugin from the experiment's plugins.$",
          ),
        );
      },
    );
  });

  it('is named by its first wrong part', () => {
    expect(() => restore('timer', { seconds: 'ten' }, hooksOf('timer'))).toThrow(
      "Plugin 'timer' cannot restore its state from the checkpoint /runs/step=4: in it, seconds is not a number. " +
        "Resume from another checkpoint, or remove the plugin from the experiment's plugins.",
    );
  });

  it.each([NaN, Infinity, -0, 3])('is not one with the number %p', (seconds) => {
    const hooks = hooksOf('timer');
    restore('timer', { seconds }, hooks);
    expect(hooks).toMatchObject({ secondsBefore: seconds });
  });

  it("is reported in the same way for a user's plugin, whatever it throws", () => {
    const throwing = (error: unknown): PluginHooks => ({
      restorePluginState: () => {
        throw error;
      },
    });
    expect(() => restore('mine', null, throwing(new TypeError("reading 'x'")))).toThrow(
      "Plugin 'mine' cannot restore its state from the checkpoint /runs/step=4: reading 'x'. " +
        "Resume from another checkpoint, or remove the plugin from the experiment's plugins.",
    );
    const own = new FulgurError('plugin', { what: 'The bank is too small.', fix: 'Set bank to 8.' });
    expect(() => restore('mine', null, throwing(own), null)).toThrow(
      "Plugin 'mine' cannot restore its state from the checkpoint: The bank is too small. Set bank to 8.",
    );
  });
});
