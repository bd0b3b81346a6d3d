import type { Case, Finding, Judgement } from '../../../bench/methods/case';
import type { Records } from '../../../bench/methods/records';
import { caseOf, epochsOf, methods } from '../../../bench/methods/settings';
import { sections, spreadText } from '../../../bench/methods/tables';

const judgement = (epoch: number, knn: number | null, linear: number | null): Judgement => ({
  ...{ epoch, knn, linear, top1: null, top5: null },
  ...{ spread: 0.5, projectedSpread: 0.9 },
});
const finding = (of: Case, judgements: readonly Judgement[]): Finding => ({
  ...{ case: of, judgements, losses: [2, 1], date: '2026-11-29' },
});
const records = (findings: readonly Finding[]): Records => ({ findings, timings: [], peers: [] });
const end = epochsOf.digits;
const ofSeed = (seed: number): Case => caseOf('simclr', 'digits', { seed });
const digits = (findings: readonly Finding[]): string => sections['digits']?.(records(findings)) ?? '';

describe('the section of the digits', () => {
  it('is empty without results', () => {
    expect(digits([])).toBe('');
  });

  it('shows means with the minimum and maximum, and whether every seed has improved', () => {
    const rows = digits([
      finding(ofSeed(1), [judgement(0, 0.5, 0.75), judgement(end, 0.625, 0.875)]),
      finding(ofSeed(2), [judgement(0, 0.25, 0.75), judgement(end, 0.875, 0.875)]),
    ]);
    expect(rows.split('\n').at(-1)).toBe(
      '| simclr | 2 | 0.375 (0.250–0.500) | 0.750 (0.625–0.875) | 0.750 (0.750–0.750) | 0.875 (0.875–0.875) ' +
        '| 0.900 (0.900–0.900) | 0.500 (0.500–0.500) | learns |',
    );
  });

  it('marks a seed that has not improved, and one that has diverged', () => {
    const last = (knn: number | null, linear: number | null): string =>
      digits([finding(ofSeed(1), [judgement(0, 0.5, 0.75), judgement(end, knn, linear)])])
        .split('|')
        .at(-2)
        ?.trim() ?? '';
    expect(last(0.6, 0.7)).toBe('learns, by kNN only');
    expect(last(0.4, 0.8)).toBe('learns, by the probe only');
    expect(last(0.4, 0.7)).toBe('**does not learn yet**');
    expect(last(null, null)).toBe('**diverged**');
  });

  it('omits results with other settings', () => {
    const other = { ...ofSeed(1), optimizer: 'another' };
    expect(digits([finding(other, [judgement(0, 0.5, 0.75), judgement(end, 0.6, 0.8)])])).toBe('');
  });
});

describe('the section of the settings', () => {
  it('has a row for each method', () => {
    const rows = sections['settings']?.(records([])).split('\n').slice(2) ?? [];
    expect(rows.map((row) => row.split(' | ')[0]?.slice(2))).toEqual(Object.keys(methods));
  });
});

describe('spreadText', () => {
  it('shows a single value alone, and missing or non-finite values in words', () => {
    expect([spreadText([0.5]), spreadText([]), spreadText([null]), spreadText([0.5, null])]).toEqual([
      ...['0.500', '', '–', 'not finite'],
    ]);
  });
});
