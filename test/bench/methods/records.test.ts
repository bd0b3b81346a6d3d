import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { caseName } from '../../../bench/methods/case';
import type { Case, Finding } from '../../../bench/methods/case';
import { addRecords, findingOf, readRecords } from '../../../bench/methods/records';

const one: Case = {
  data: 'digits',
  method: 'byol',
  seed: 1,
  precision: '32-true',
  epochs: 2,
  batchSize: 128,
  optimizer: 'SGD 0.06',
  views: '{}',
  options: '',
};
const finding = (given: Partial<Case>, loss: number): Finding => ({
  case: { ...one, ...given },
  judgements: [],
  losses: [loss],
  date: '2026-11-29',
});

describe('records', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fulgur-records-'));
    file = join(folder, 'methods.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps a line for each case, and replaces that of the same training', () => {
    addRecords(file, { findings: [finding({}, 1), finding({ seed: 2 }, 2)] });
    const records = addRecords(file, { findings: [finding({}, 3)] });
    expect(records.findings.map(({ losses }) => losses)).toEqual([[2], [3]]);
    expect(readRecords(file)).toEqual(records);
    expect(
      readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line.includes('"losses"')),
    ).toHaveLength(2);
  });

  it('finds a case by all its settings, and drops results with other settings', () => {
    const records = addRecords(file, { findings: [finding({ optimizer: 'SGD 0.1' }, 1)] });
    expect(findingOf(records, one)).toBeUndefined();
    const renewed = addRecords(file, { findings: [finding({}, 2)] });
    expect(renewed.findings).toHaveLength(1);
    expect(findingOf(renewed, one)?.losses).toEqual([2]);
  });

  it('explains what to do with a file that cannot be read', () => {
    writeFileSync(file, '{');
    expect(() => readRecords(file)).toThrow(
      new RegExp(
        `^The records in ${file} cannot be read\\. .+\\. Restore the file, or delete it to train everything again\\.$`,
      ),
    );
  });

  it('names a case', () => {
    expect(caseName(one)).toBe('byol on digits, seed 1');
    expect(caseName({ ...one, precision: 'bf16-mixed' })).toBe('byol on digits, seed 1, bf16-mixed');
  });
});
