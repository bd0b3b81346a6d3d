import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConfigError } from '../../src/config';
import { CompositionError, checkPlugins } from '../../src/container';
import { datasets } from '../../src/data';
import { describesCluster } from '../../src/launch';
import { Experiment, HyperParameter, Plugin, definePlugin } from '../../src/metadata';
import { MetricStore } from '../../src/trainer/log/metric-store';
import { resolveConfig } from './resolve';

/** Names of properties that every object has. */
const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

@Experiment({ name: 'tiny', data: { name: 'digits' } })
class Tiny {
  @HyperParameter() lr = 0.06;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-names-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function problemsOf(args: readonly string[], experiment = Tiny): readonly string[] {
  try {
    resolveConfig(experiment, args);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ where, what }) => `${where}: ${what}`);
    throw error;
  }
  return [];
}

describe.each(names)('the name %s', (name) => {
  it.each([[`--${name}`, '5'], [`--${name}`], [`--${name}=1`], [`--no-${name}`], [`--trainer.${name}`, '1']])(
    'is not an option: %s',
    (...args) => {
      expect(problemsOf(args)).toEqual([expect.stringMatching(/: unknown option/)]);
    },
  );

  it('is not a key of a configuration file', () => {
    const file = join(folder, 'run.yaml');
    for (const text of [
      `${name}: 1`,
      `${name}:\n  a: 1`,
      `trainer:\n  ${name}: 1`,
      `data: {${name}: {a: 1}}`,
    ]) {
      writeFileSync(file, text);
      expect(problemsOf(['--config', file])).toEqual([expect.stringMatching(/: unknown option/)]);
    }
  });

  it('is neither a data set nor a value of an option', async () => {
    await expect(datasets.open(name)).rejects.toThrow(`Unknown data set '${name}'.`);
    expect(problemsOf(['--trainer.accelerator', name])).toHaveLength(1);
  });

  it('is a metric like any other', () => {
    const store = new MetricStore();
    expect(store.newest()[name]).toBeUndefined();
    const options = { onStep: true, onEpoch: false, progBar: true, logger: true, reduce: 'mean' } as const;
    store.record({ name, value: 0.5, options }, 1);
    for (const values of [store.newest(), store.progressBar(), store.takeStepRow()]) {
      expect(Object.entries(values)).toEqual([[name, 0.5]]);
      expect(Object.entries({ ...values })).toEqual([[name, 0.5]]);
    }
    expect(store.takeStepRow()[name]).toBeUndefined();
    const restored = new MetricStore();
    restored.restore(JSON.parse(JSON.stringify(store.state())) as never);
    expect(restored.newest()[name]).toBe(0.5);
  });

  it('is rejected for a plugin', () => {
    @Plugin({ name })
    class Named {
      teardown(): void {}
    }
    expect(() => checkPlugins('tiny', [definePlugin(Named)])).toThrow(CompositionError);
    expect(() => checkPlugins('tiny', [definePlugin(Named)])).toThrow(
      `Plugin '${name}' has the name of a property that every object has: give it another name.`,
    );
  });

  it('is not a task type in TF_CONFIG', () => {
    const config = { cluster: { worker: ['a:1', 'b:1'] }, task: { type: name, index: 0 } };
    expect(() => describesCluster({ TF_CONFIG: JSON.stringify(config) })).toThrow(
      `TF_CONFIG has the task type "${name}". Use "chief" and "worker".`,
    );
  });
});

it('a hyperparameter of such a name is rejected', () => {
  @Experiment({ name: 'odd', data: { name: 'digits' } })
  class Odd {
    @HyperParameter() valueOf = 1 as never;
  }
  expect(problemsOf([], Odd as never)).toEqual([
    'valueOf of Odd: is the name of a property that every object has; give the hyperparameter another name',
  ]);
});
