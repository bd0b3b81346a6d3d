import { Curve } from '../../../plugins/live-page/curve';
import { RunHistory } from '../../../plugins/live-page/run-history';

function curveOf(values: readonly number[], capacity = 4): Curve {
  const curve = new Curve('loss', 'step', capacity);
  for (const [index, value] of values.entries()) curve.add(index + 1, value);
  return curve;
}

describe('a curve', () => {
  it('keeps every value while it is short', () => {
    expect(curveOf([3, 1, 2]).all()).toEqual({
      ...{ name: 'loss', kind: 'step', stride: 1, steps: [1, 2, 3] },
      ...{ means: [3, 1, 2], lows: [3, 1, 2], highs: [3, 1, 2], broken: [0, 0, 0] },
    });
  });

  it('merges neighbours when it is full, and keeps their mean, minimum and maximum', () => {
    expect(curveOf([1, 3, 5, 7, 9]).all()).toMatchObject({
      ...{ stride: 2, steps: [2, 4, 5], means: [2, 6, 9], lows: [1, 5, 9], highs: [3, 7, 9] },
    });
  });

  it('counts values that are not finite, and excludes them from the mean', () => {
    expect(curveOf([1, NaN, Infinity, -Infinity, 5]).all()).toMatchObject({
      ...{ means: [1, null, 5], lows: [1, null, 5], highs: [1, null, 5], broken: [1, 2, 0] },
    });
  });

  it('computes the mean of values whose sum overflows', () => {
    const { means } = curveOf([1.5e308, 1.7e308, -1.6e308, -1.6e308, 0]).all();
    expect(means[0]).toBeCloseTo(1.6e308, -300);
    expect(means[1]).toBe(-1.6e308);
  });

  it('stays small over a million values', () => {
    const curve = new Curve('loss', 'step', 600);
    for (let step = 1; step <= 1_000_000; step++) curve.add(step, step === 777_777 ? 1e6 : step % 7);
    const { stride, steps, means, highs } = curve.all();
    expect(stride).toBe(2048);
    expect(steps).toHaveLength(489);
    expect(steps.at(-1)).toBe(1_000_000);
    expect(Math.max(...highs.map(Number))).toBe(1e6);
    expect(means[0]).toBeCloseTo(3, 1);
  });

  it('returns changes that add up to the whole curve', () => {
    const curve = curveOf([]);
    let read = curve.all();
    for (let step = 1; step <= 100; step++) {
      curve.add(step, step);
      if (step % 3 !== 0) continue;
      const change = curve.takeChange();
      if (change === null) throw new Error('nothing has changed');
      const { from, ...points } = change;
      const joined = <T>(before: readonly T[], more: readonly T[]) => [...before.slice(0, from), ...more];
      read = {
        ...points,
        steps: joined(read.steps, points.steps),
        means: joined(read.means, points.means),
        lows: joined(read.lows, points.lows),
        highs: joined(read.highs, points.highs),
        broken: joined(read.broken, points.broken),
      };
      expect(read).toEqual(curve.all());
    }
    expect(curve.takeChange()).toMatchObject({ steps: [100] });
    expect(curve.takeChange()).toBe(null);
  });
});

describe('the history of a run', () => {
  const row = (step: number) => ({
    kind: 'step' as const,
    epoch: 0,
    step,
    values: { loss: 1 / step, acc: step },
  });

  it.each([1, 5, 16, 17, 31, 40])(
    'continues from what was saved after %d rows as if it had never been interrupted',
    (cut) => {
      const whole = new RunHistory(8);
      const first = new RunHistory(8);
      for (let step = 1; step <= 50; step++) {
        whole.addRow(row(step));
        if (step <= cut) first.addRow(row(step));
      }
      const second = new RunHistory(8);
      second.restore(JSON.parse(JSON.stringify(first.saved())) as ReturnType<RunHistory['saved']>);
      // What was logged after the checkpoint comes again.
      for (let step = cut + 1; step <= 50; step++) second.addRow(row(step));
      expect(second.points()).toEqual(whole.points());
      expect(second.saved()).toEqual(whole.saved());
    },
  );

  it('keeps the values of steps and epochs apart', () => {
    const history = new RunHistory();
    history.addRow({ kind: 'step', step: 4, values: { loss: 1 } });
    history.addRow({ kind: 'epoch', step: 4, values: { loss: 2 } });
    expect(history.points().map(({ kind, means }) => [kind, ...means])).toEqual([
      ['step', 1],
      ['epoch', 2],
    ]);
  });

  it('shows a hundred metrics, and the number of others', () => {
    const history = new RunHistory();
    const values = Object.fromEntries(Array.from({ length: 103 }, (_, n) => [`metric ${n}`, n]));
    for (const step of [1, 2]) history.addRow({ kind: 'step', step, values });
    expect(history.points()).toHaveLength(100);
    expect(history.takeUpdate().leftOut).toBe(3);
    expect(history.takeUpdate()).toEqual({});
  });

  it('keeps the newest two hundred messages, none longer than a screen', () => {
    const history = new RunHistory();
    for (let step = 0; step < 300; step++)
      history.addMessage({ at: 0, step, level: 'info', text: 'x'.repeat(3000) });
    expect(history.messages).toHaveLength(200);
    expect(history.messages[0]).toEqual({ at: 0, step: 100, level: 'info', text: `${'x'.repeat(2000)}…` });
    expect(history.takeUpdate().messages).toHaveLength(200);
  });

  it('puts the messages of an earlier start before its own', () => {
    const history = new RunHistory();
    const message = (step: number) => ({ at: 0, step, level: 'info' as const, text: `message ${step}` });
    history.addMessage(message(7));
    history.recallMessages([message(1), message(2)]);
    expect(history.messages.map(({ step }) => step)).toEqual([1, 2, 7]);
  });
});
