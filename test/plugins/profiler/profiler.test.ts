import { existsSync, readFileSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { Profiler, profiler } from '../../../plugins/profiler';
import type { ProfilerOptions } from '../../../plugins/profiler';
import type { EvaluationProgress, RunEventSource } from '../../../src/contracts';
import { compile, start } from '../../../src/engine';
import { SingleDevice } from '../../../src/strategy';
import { EventBus, Trainer } from '../../../src/trainer';
import { plugin, seededRegression, settings } from '../../trainer/fakes/fit';
import { Points } from '../../trainer/fakes/points';
import { FakeEvents, Notes, TemporaryRunFolder, fitProgress, hookContext } from '../fakes/run';

interface Written {
  readonly seconds: number;
  readonly phases: Record<string, { count: number; seconds: number }>;
  readonly hooks: Record<string, { count: number; seconds: number }>;
}

let folder: TemporaryRunFolder;
beforeEach(() => (folder = new TemporaryRunFolder()));
afterEach(() => {
  folder.remove();
  jest.restoreAllMocks();
});

function setUp(events: RunEventSource, options: ProfilerOptions = {}) {
  const notes = new Notes();
  const hooks = new Profiler(profiler(options).options as never, events, folder, notes.notify);
  return { notes, hooks };
}

function read(file: string): unknown {
  return JSON.parse(readFileSync(folder.resolve(file), 'utf8'));
}

function profile(): Written {
  return read('profile.json') as Written;
}

const validation: EvaluationProgress = {
  kind: 'validation',
  sanityCheck: false,
  batchesDone: 1,
  batches: 1,
};

describe('the profile of phases', () => {
  it('divides the run’s time without counting any part twice, and prints it', async () => {
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const events = new FakeEvents();
    const { hooks, notes } = setUp(events);
    const batch = (stepSeconds: number): void => {
      events.emit('hookEnded', 'timer', 'onTrainBatchEnd', 0.25);
      const result = { updated: true, loss: 0, batchSize: 8, stepSeconds, dataSeconds: 0.5 };
      events.emit('batchEnded', fitProgress(), result, {});
    };
    batch(3);
    batch(1);
    batch(1);
    events.emit('hookEnded', 'weights', 'onValidationStart', 0.5);
    events.emit('evaluationEnded', validation, {}, 2);
    events.emit('hookEnded', 'csv-logger', 'onSaveCheckpoint', 0.25);
    events.emit('hookEnded', 'checkpointing', 'onTrainEpochEnd', 1);
    events.emit('hookEnded', 'timer', 'onTrainEpochEnd', 0.25);
    now = 11_000;
    await hooks.teardown();
    expect(profile()).toEqual({
      seconds: 11,
      phases: {
        hooks: { count: 4, seconds: 1 },
        'waiting for data': { count: 3, seconds: 1.5 },
        'first step': { count: 1, seconds: 3 },
        steps: { count: 2, seconds: 2 },
        validation: { count: 1, seconds: 2 },
        saving: { count: 1, seconds: 1 },
        rest: { count: 1, seconds: 0.5 },
      },
      hooks: {
        'timer onTrainBatchEnd': { count: 3, seconds: 0.75 },
        'weights onValidationStart': { count: 1, seconds: 0.5 },
        'csv-logger onSaveCheckpoint': { count: 1, seconds: 0.25 },
        'checkpointing onTrainEpochEnd': { count: 1, seconds: 1 },
        'timer onTrainEpochEnd': { count: 1, seconds: 0.25 },
      },
    });
    expect(notes.said.slice(0, 5)).toEqual([
      `info: Profile of 11.0 s, in ${folder.resolve('profile.json')}:`,
      'info: phase             count  total ms   mean ms  share',
      'info: first step            1    3000.0  3000.000  27.3%',
      'info: steps                 2    2000.0  1000.000  18.2%',
      'info: validation            1    2000.0  2000.000  18.2%',
    ]);
    expect(events.listenerCount).toBe(0);
  });

  it('prints the given number of rows, and the number of omitted ones', async () => {
    const events = new FakeEvents();
    const { hooks, notes } = setUp(events, { rows: 1 });
    events.emit('hookEnded', 'a', 'setup', 1);
    events.emit('hookEnded', 'b', 'setup', 2);
    await hooks.teardown();
    expect(notes.said.slice(-3)).toEqual([
      expect.stringMatching(/^info: hook /),
      expect.stringMatching(/^info: b setup {2} {4}1 {4}2000\.0/),
      'info: and 1 more',
    ]);
  });
});

describe('in a real fit', () => {
  beforeAll(async () => {
    await start();
  });

  async function fit(options: ProfilerOptions) {
    const events = new EventBus();
    const { hooks, notes } = setUp(events, options);
    const slow = plugin('slow', {
      onTrainBatchEnd: () => new Promise((resolve) => setTimeout(resolve, 20)),
    });
    const own = tf.variable(tf.ones([2]));
    const weights = compile(
      () => {
        tf.tidy(() => {
          own.assign(tf.add(own, 1));
        });
      },
      { name: 'weights' },
    );
    const averager = plugin('averager', { onTrainBatchEnd: () => weights() });
    const saver = plugin('saver', {
      onTrainEpochEnd: async () => {
        await trainer.runState.capture();
      },
    });
    const profiled = plugin('profiler', hooks, 'monitor');
    const trainer: Trainer = new Trainer(
      { maxEpochs: 2 },
      { plugins: [slow, averager, saver, profiled], events, strategy: new SingleDevice(), settings },
    );
    const module = seededRegression();
    await trainer.fit(module, new Points());
    return { notes, weights: module.stateDict() };
  }

  it('hooks are timed by plugin and name, and saves are known', async () => {
    await fit({});
    const { phases, hooks, seconds } = profile();
    expect(hooks['slow onTrainBatchEnd']?.count).toBe(8);
    expect(hooks['slow onTrainBatchEnd']?.seconds).toBeGreaterThan(0.15);
    expect(hooks['saver onTrainEpochEnd']?.count).toBe(2);
    expect(phases['saving']?.count).toBe(2);
    expect(phases['steps']?.count).toBe(7);
    const sum = Object.values(phases).reduce((total, phase) => total + phase.seconds, 0);
    expect(sum).toBeCloseTo(seconds, 6);
    expect(existsSync(folder.resolve('operations.json'))).toBe(false);
  });

  it('the operations of the requested steps are shown, and training is unchanged', async () => {
    const without = await fit({});
    const { notes, weights } = await fit({ operations: { steps: 2, after: 1 } });
    expect(weights).toEqual(without.weights);
    const { functions, calls } = read('operations.json') as {
      functions: { name: string; calls: number; seconds: number; types: Written['hooks'] }[];
      calls: { name: string; operations: unknown[] }[];
    };
    expect(calls.map(({ name }) => name)).toEqual(['training step', 'weights', 'training step', 'weights']);
    expect(functions.map(({ name }) => name)).toEqual(['training step', 'weights']);
    expect(functions[0]).toMatchObject({ calls: 2, types: { Relu: { count: 2 } } });
    expect(functions[0]?.seconds).toBeGreaterThan(0);
    expect(notes.said).toContainEqual(
      expect.stringMatching(/^info: Operations of 'training step', 2 calls of \d+\.\d ms, in /),
    );
    expect(notes.said).toContainEqual(expect.stringMatching(/^info: Operations of 'weights', 2 calls of /));
    expect(profile().phases['examined steps']?.count).toBe(2);
    expect(profile().phases['steps']?.count).toBe(5);
  });

  it('a trace that a failure interrupts does not continue', async () => {
    const events = new FakeEvents();
    const { hooks } = setUp(events, { operations: { after: 0 } });
    hooks.onTrainBatchStart();
    hooks.onException();
    const step = compile((x: tf.Tensor1D) => tf.sum<tf.Scalar>(x), { name: 'later' });
    await step(tf.ones([3]));
    await hooks.teardown();
    expect(existsSync(folder.resolve('operations.json'))).toBe(false);
    hooks.onTrainBatchEnd(hookContext(), {
      updated: true,
      loss: 0,
      batchSize: 1,
      stepSeconds: 0,
      dataSeconds: 0,
    });
  });
});

it('invalid options are named', () => {
  expect(profiler({ operations: 'yes' as never }).problems).toEqual([
    'profiler(): operations is "yes" (expected true, false, or an object with steps and after).',
  ]);
});
