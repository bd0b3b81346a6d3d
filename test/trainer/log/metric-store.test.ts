import { describe, expect, it } from '@jest/globals';
import { jsonText, parseJson } from '../../../src/contracts';
import type { Json, LogOptions } from '../../../src/contracts';
import { resolveLogOptions } from '../../../src/trainer/log/log-rules';
import { MetricStore } from '../../../src/trainer/log/metric-store';

function logged(name: string, value: number, options: LogOptions = {}) {
  return { name, value, options: resolveLogOptions('trainingStep', name, options) };
}

/** The state after it went through a file. */
function stored(store: MetricStore): Json {
  return parseJson(jsonText(store.state()));
}

describe('MetricStore', () => {
  it('holds the newest value of every metric under all its names', () => {
    const store = new MetricStore();
    store.record(logged('loss', 1, { onEpoch: true, progBar: true }), 2);
    store.record(logged('loss', 4, { onEpoch: true, progBar: true }), 1);
    expect(store.newest()).toEqual({ loss: 4, loss_step: 4 });
    store.reduceEpoch(store.parts(), { restart: true });
    expect(store.newest()).toEqual({ loss: 2, loss_step: 4, loss_epoch: 2 });
    expect(store.progressBar()).toEqual({ loss_step: 4, loss_epoch: 2 });
  });

  it('begins the next epoch without the values of the last one', () => {
    const store = new MetricStore();
    store.record(logged('loss', 8, { onEpoch: true }), 2);
    store.reduceEpoch(store.parts(), { restart: true });
    store.record(logged('loss', 1, { onEpoch: true }), 2);
    store.reduceEpoch(store.parts(), { restart: true });
    expect(store.takeEpochRow()).toEqual({ loss_epoch: 1 });
  });

  it('gives each row once', () => {
    const store = new MetricStore();
    store.record(logged('loss', 8), 2);
    expect([store.takeStepRow(), store.takeStepRow()]).toEqual([{ loss: 8 }, {}]);
  });

  it('combines what several ranks logged as sum over count', () => {
    const [first, second] = [new MetricStore(), new MetricStore()];
    first.record(logged('loss', 1, { onStep: false, onEpoch: true }), 3);
    second.record(logged('loss', 5, { onStep: false, onEpoch: true }), 1);
    const [a] = first.parts();
    const [b] = second.parts();
    first.reduceEpoch([{ ...a!, total: a!.total + b!.total, weight: a!.weight + b!.weight }], {
      restart: true,
    });
    expect(first.newest()).toEqual({ loss: 2 });
  });

  it('comes back from its state with the same means, to the last bit', () => {
    const store = new MetricStore();
    const options = { onStep: false, onEpoch: true };
    for (const value of [0.1, 0.2, 1 / 3]) store.record(logged('loss', value, options), 7);
    const restored = new MetricStore();
    restored.restore(stored(store));
    for (const each of [store, restored]) {
      each.record(logged('loss', 0.7, options), 7);
      each.reduceEpoch(each.parts(), { restart: true });
    }
    expect(restored.takeEpochRow()).toEqual(store.takeEpochRow());
    expect(restored.newest()).toEqual(store.newest());
  });

  it('comes back from its state with the time of each measurement', () => {
    const now = { step: 3, epoch: 1 };
    const store = new MetricStore(() => now);
    store.record(logged('loss', 8, { onEpoch: true }), 2);
    store.record(logged('loss', 6, { onEpoch: true }), 2);
    store.forEvaluation().recordEpoch(logged('val', 5, { onStep: false, onEpoch: true }));
    const restored = new MetricStore(() => ({ step: 4, epoch: 1 }));
    restored.restore(stored(store));
    expect(restored.measured('loss')).toEqual({ value: 6, ...now, serial: 2, source: 'step' });
    expect(restored.measured('val')).toEqual({ value: 5, ...now, serial: 1, source: 'evaluation' });
    restored.record(logged('loss', 4, { onEpoch: true }), 2);
    expect(restored.measured('loss', 2)).toEqual({ value: 4, step: 4, epoch: 1, serial: 3, source: 'step' });
  });

  it('treats a value of a state without a time as seen, at no step', () => {
    const store = new MetricStore();
    store.restore({ entries: [], newest: [{ name: 'loss', value: 2, progBar: false }] });
    expect(store.measured('loss')).toMatchObject({ value: 2, step: -1, serial: 1 });
  });

  it('comes back from its state with values that JSON has no notation for', () => {
    const store = new MetricStore();
    store.record(logged('nan', NaN, { onEpoch: true }), 1);
    store.record(logged('low', -Infinity), 1);
    const restored = new MetricStore();
    restored.restore(stored(store));
    expect(restored.newest()).toEqual({ nan: NaN, nan_step: NaN, low: -Infinity });
    expect(restored.parts()).toMatchObject([{ name: 'nan', reduce: 'mean', total: NaN, weight: 1 }]);
  });
});
