import { judgeMemory, judgeTime } from '../../../bench/compare/aims';
import { spreadOf, timesAsFast, timesAsMuch } from '../../../bench/compare/row';
import { rowOf, spread } from './sample-row';

describe('spreadOf', () => {
  it('returns the median and both ends', () => {
    expect(spreadOf([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 });
    expect(spreadOf([4, 1, 2, 3])).toEqual({ median: 2.5, min: 1, max: 4 });
    expect(spreadOf([10, 9])).toEqual({ median: 9.5, min: 9, max: 10 });
    expect(() => spreadOf([])).toThrow(new RangeError('There are no numbers.'));
  });
});

describe('a row', () => {
  const twice = {
    ours: { figure: spread(2), mebibytes: spread(130) },
    peers: { figure: spread(4), mebibytes: spread(100) },
  };

  it('is faster by the ratio of seconds, or of images', () => {
    expect(timesAsFast(rowOf(twice))).toBe(2);
    expect(timesAsFast(rowOf({ ...twice, figure: 'imagesPerSecondPerCore' }))).toBe(0.5);
    expect(timesAsFast(rowOf({ peers: null }))).toBeNull();
  });

  it('compares memory if both report it', () => {
    expect(timesAsMuch(rowOf(twice))).toBe(1.3);
    expect(timesAsMuch(rowOf({ ours: twice.ours }))).toBeNull();
    expect(timesAsMuch(rowOf({ ours: twice.ours, peers: null }))).toBeNull();
  });

  it('is judged by the aim for its name', () => {
    expect(judgeTime(rowOf({ ...twice, name: 'end to end, float32' }))).toEqual({ aim: 2, isMet: true });
    expect(judgeTime(rowOf({ ...twice, name: 'end to end, bf16' }))).toEqual({ aim: 2.2, isMet: false });
    expect(judgeTime(rowOf({ name: 'step, ResNet-50, 224 px, batch 32' }))).toEqual({ aim: 1, isMet: true });
    expect(judgeTime(rowOf({ name: 'first step', peers: null }))).toEqual({ aim: 5, isMet: true });
    expect(judgeTime(rowOf({ name: 'another' }))).toBeNull();
    expect(judgeMemory(rowOf({ ...twice, name: 'step, float32' }))).toEqual({ aim: 1.3, isMet: true });
    expect(judgeMemory(rowOf({ ...twice, name: 'end to end, float32' }))).toBeNull();
    expect(judgeMemory(rowOf({ name: 'step, float32' }))).toBeNull();
  });
});
