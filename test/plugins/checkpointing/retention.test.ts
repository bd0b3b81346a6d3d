import { best, expendable } from '../../../plugins/checkpointing/checkpoint-store';

const rule = { saveLast: true, keepLast: 1, mode: 'min', saveTopK: 1 } as const;
const ranked = (...scores: (number | null)[]) =>
  scores.map((score, i) => ({ name: String(i + 1), sequence: i + 1, score, isRescue: false }));
const names = (checkpoints: readonly { readonly name: string }[]) =>
  checkpoints.map(({ name }) => name).join(' ');

describe('the checkpoints that may be deleted', () => {
  it('are all but the newest and the best', () => {
    expect(names(expendable(ranked(5, 1, 3, 4), rule))).toBe('1 3');
    expect(names(expendable(ranked(5, 1, 3, 4), { ...rule, mode: 'max' }))).toBe('2 3');
    expect(names(expendable(ranked(5, 1, 3, 4, 6), { ...rule, keepLast: 2, saveTopK: 2 }))).toBe('1');
  });

  it('are the older ones if none has a score', () => {
    expect(names(expendable(ranked(null, null, null), rule))).toBe('1 2');
    expect(names(expendable(ranked(null, null, null), { ...rule, keepLast: 2 }))).toBe('1');
  });

  it('are all except the best if the last one need not be kept', () => {
    expect(names(expendable(ranked(5, 1, 3), { ...rule, saveLast: false }))).toBe('1 3');
  });

  it('do not include the one left by a failed or interrupted run, until there is a newer one', () => {
    const [first, second, third] = ranked(null, 1, 2).map((one) => ({ ...one, isRescue: one.name !== '2' }));
    const onlyBest = { ...rule, saveLast: false };
    expect(names(expendable([first!], onlyBest))).toBe('');
    expect(names(expendable([first!, second!], onlyBest))).toBe('1');
    expect(names(expendable([first!, second!, third!], onlyBest))).toBe('1');
  });

  it('are none if all are to be kept', () => {
    expect(expendable(ranked(5, 1, 3), { ...rule, keepLast: 'all' })).toEqual([]);
  });

  it('are first those that were not measured, or measured as NaN', () => {
    expect(names(best(ranked(null, 2, NaN, 1), 'min'))).toBe('4 2');
  });

  it('are the later ones among equal scores', () => {
    expect(names(best(ranked(2, 2, 3), 'min'))).toBe('1 2 3');
  });
});
