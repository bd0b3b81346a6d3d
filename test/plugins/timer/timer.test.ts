import { Timer, timer } from '../../../plugins/timer';
import type { TimerOptions } from '../../../plugins/timer';
import { jsonText, parseJson } from '../../../src/contracts';
import { hookContext } from '../fakes/run';

const settingsOf = (options: TimerOptions) => timer(options).options as { readonly maxTime: number };

let now: number;
beforeEach(() => {
  now = 5000;
  jest.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => jest.restoreAllMocks());

function setUp(options: TimerOptions) {
  const plugin = new Timer(settingsOf(options) as never);
  const at = (seconds: number, hook: 'onTrainBatchEnd' | 'onTrainEpochEnd' = 'onTrainBatchEnd'): string[] => {
    now = 5000 + 1000 * seconds;
    const reasons: string[] = [];
    plugin[hook]({ ...hookContext(), stop: (reason) => reasons.push(reason) });
    return reasons;
  };
  return { plugin, at };
}

it('ends training at the first batch after its time', () => {
  const { plugin, at } = setUp({ maxTime: { minutes: 1, seconds: 30 } });
  plugin.onTrainStart();
  expect(at(89.9)).toEqual([]);
  expect(at(90)).toEqual(['the time of 0:01:30 is up']);
});

it('checks only at the end of epochs if told to', () => {
  const { plugin, at } = setUp({ maxTime: '00:00:00:10', interval: 'epoch' });
  plugin.onTrainStart();
  expect(at(60)).toEqual([]);
  expect(at(60, 'onTrainEpochEnd')).toEqual(['the time of 0:00:10 is up']);
});

it('gives a resumed run only the rest', () => {
  const first = setUp({ maxTime: '01:12:00:00' });
  first.plugin.onTrainStart();
  expect(first.at(36 * 3600 - 1)).toEqual([]);
  const saved = parseJson(jsonText(first.plugin.pluginState()));
  const second = setUp({ maxTime: '01:12:00:00' });
  second.plugin.restorePluginState(saved);
  now = 5000;
  second.plugin.onTrainStart();
  expect(second.at(0.9)).toEqual([]);
  expect(second.at(1)).toEqual(['the time of 36:00:00 is up']);
});

it('reads days, hours, minutes and seconds', () => {
  expect(settingsOf({ maxTime: '02:03:04:05' }).maxTime).toBe(((2 * 24 + 3) * 60 + 4) * 60 + 5);
  expect(settingsOf({ maxTime: { hours: 0.5 } }).maxTime).toBe(1800);
});

it.each([
  ['1:30', 'expected DD:HH:MM:SS, or an object of days, hours, minutes and seconds'],
  ['soon', 'expected DD:HH:MM:SS, or an object of days, hours, minutes and seconds'],
  ['00:00:00:00', 'must be above 0'],
])('rejects %s', (maxTime, reason) => {
  expect(timer({ maxTime }).problems).toEqual([`timer(): maxTime is "${maxTime}" (${reason}).`]);
});
