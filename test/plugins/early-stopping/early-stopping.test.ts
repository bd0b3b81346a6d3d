import { EarlyStopping, earlyStopping } from '../../../plugins/early-stopping';
import type { EarlyStoppingOptions } from '../../../plugins/early-stopping';
import type { HookContext, Json } from '../../../src';
import { hookContext } from '../fakes/run';

function setUp(options: Partial<EarlyStoppingOptions> = {}, firstEpoch = 0) {
  const plugin = new EarlyStopping(earlyStopping({ monitor: 'loss', ...options }).options as never);
  let epoch = firstEpoch;
  /** The epochs, counted from 0, at which it wished to end, and why. */
  const see = (...values: readonly (number | undefined)[]): [number, string][] => {
    const stops: [number, string][] = [];
    for (const value of values) {
      const context = hookContext({ epoch }, value === undefined ? { other: 1 } : { loss: value });
      plugin.onTrainEpochEnd({ ...context, stop: (reason) => stops.push([epoch, reason]) });
      epoch += 1;
    }
    return stops;
  };
  return { plugin, see };
}

it('ends training when the metric has not improved in as many checks as its patience', () => {
  expect(setUp().see(1, 0.9, 0.95, 0.9, 0.91)).toEqual([[4, 'loss has not improved on 0.9 in 3 checks']]);
  expect(setUp({ patience: 1 }).see(1, 1)).toEqual([[1, 'loss has not improved on 1 in one check']]);
});

it('restarts its count at each improvement', () => {
  expect(setUp({ patience: 2 }).see(1, 1, 0.9, 0.9, 0.8)).toEqual([]);
});

it('treats a rise as an improvement if mode is max', () => {
  expect(setUp({ mode: 'max', patience: 2 }).see(1, 2, 3, 2, 2.5)).toEqual([
    [4, 'loss has not improved on 3 in 2 checks'],
  ]);
});

it('requires an improvement larger than minDelta', () => {
  const options = { minDelta: 0.5, patience: 2 };
  expect(setUp(options).see(10, 9.5, 9.4, 9.3)).toEqual([]);
  expect(setUp(options).see(10, 9.5, 9.5)).toEqual([[2, 'loss has not improved on 10 in 2 checks']]);
  expect(setUp({ ...options, mode: 'max' }).see(1, 1.5, 1.5)).toEqual([
    [2, 'loss has not improved on 1 in 2 checks'],
  ]);
});

it('ends at a value that is not finite, unless told not to', () => {
  expect(setUp().see(1, NaN)).toEqual([[1, 'loss is NaN']]);
  expect(setUp().see(-Infinity)).toEqual([[0, 'loss is -Infinity']]);
  expect(setUp({ checkFinite: false, patience: 2 }).see(1, NaN, 0.5)).toEqual([]);
  expect(setUp({ checkFinite: false, patience: 2 }).see(NaN, 1, 1, 1)).toEqual([
    [3, 'loss has not improved on 1 in 2 checks'],
  ]);
});

it('ends at its thresholds', () => {
  expect(setUp({ stoppingThreshold: 0.1 }).see(0.2, 0.1, 0.0999)).toEqual([
    [2, 'loss reached 0.0999, better than 0.1'],
  ]);
  expect(setUp({ divergenceThreshold: 5 }).see(4, 5, 5.5)).toEqual([[2, 'loss is 5.5, worse than 5']]);
  expect(setUp({ mode: 'max', divergenceThreshold: 0.2 }).see(0.3, 0.1)).toEqual([
    [1, 'loss is 0.1, worse than 0.2'],
  ]);
});

it('compares a threshold and a difference in float32, as steps log them', () => {
  const logged = (...values: number[]): number[] => values.map(Math.fround);
  expect(setUp({ mode: 'max', stoppingThreshold: 0.2 }).see(...logged(0.1, 0.2))).toEqual([]);
  expect(setUp({ stoppingThreshold: 0.7 }).see(...logged(0.8, 0.7))).toEqual([]);
  expect(setUp({ divergenceThreshold: 0.2 }).see(...logged(0.1, 0.2))).toEqual([]);
  expect(setUp({ minDelta: 0.1, patience: 1 }).see(...logged(1, 0.9))).toEqual([
    [1, 'loss has not improved on 1 in one check'],
  ]);
});

it('waits for a first finite value, but no longer than its patience', () => {
  expect(setUp({ checkFinite: false, patience: 2 }).see(NaN, Infinity)).toEqual([
    [1, 'loss has had no finite value in 2 checks'],
  ]);
});

describe('a validation in the middle of an epoch', () => {
  const at = (
    batchIndex: number,
    source: 'evaluation' | 'step' | 'epoch',
    stage: HookContext['stage'] = 'fit',
  ) => {
    const stops: string[] = [];
    const context: HookContext = {
      ...hookContext({ batchIndex, batchesPerEpoch: 4 }),
      stage,
      measured: () => ({ value: NaN, step: 2, epoch: 0, serial: 1, source }),
      stop: (reason) => stops.push(reason),
    };
    setUp().plugin.onValidationEnd(context);
    return stops;
  };

  it('is checked if it measured the metric', () => {
    expect(at(1, 'evaluation')).toEqual(['loss is NaN']);
    expect(at(1, 'step')).toEqual([]);
    expect(at(1, 'epoch')).toEqual([]);
  });

  it('is left to the end of the epoch if that follows, and ignored if it is a sanity check', () => {
    expect(at(3, 'evaluation')).toEqual([]);
    expect(at(1, 'evaluation', 'sanity-check')).toEqual([]);
  });
});

it('checks only every Nth epoch', () => {
  expect(setUp({ everyNEpochs: 2, patience: 1 }).see(9, 1, 9, 2)).toEqual([
    [3, 'loss has not improved on 1 in one check'],
  ]);
});

it('lists the metrics if its own is missing, or waits for it', () => {
  expect(() => setUp().see(undefined)).toThrow(
    "earlyStopping() watches 'loss', which was not logged. The logged metrics are other. " +
      'Watch a metric that is logged by the end of each epoch, or pass strict: false to wait for it.',
  );
  expect(() => setUp({ monitor: 'othr' }).see(undefined)).toThrow(
    "earlyStopping() watches 'othr', which was not logged. The logged metrics are other. Did you mean 'other'? " +
      'Watch a metric that is logged by the end of each epoch, or pass strict: false to wait for it.',
  );
  expect(setUp({ strict: false, patience: 1 }).see(undefined, 1, undefined, 1)).toEqual([
    [3, 'loss has not improved on 1 in one check'],
  ]);
});

it('continues counting in a resumed run', () => {
  const first = setUp();
  first.see(1, 1, 1);
  const second = setUp({}, 3);
  second.plugin.restorePluginState(JSON.parse(JSON.stringify(first.plugin.pluginState())) as Json);
  expect(second.see(1)).toEqual([[3, 'loss has not improved on 1 in 3 checks']]);
});

it('does not check again the value of a checkpoint that does not record when it was measured', () => {
  const { plugin, see } = setUp({ patience: 3 });
  plugin.restorePluginState({ best: 1, waited: 2 });
  // The fake's first measurement, which is what such a checkpoint contains, and a new one.
  expect(see(1)).toEqual([]);
  expect(see(1)).toEqual([[1, 'loss has not improved on 1 in 3 checks']]);
});

it('reports invalid options together with all other problems', () => {
  expect(earlyStopping({ monitor: '', patience: 0, minDelta: -1 }).problems).toHaveLength(3);
});
