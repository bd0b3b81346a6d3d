import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isProfile, reportProfile } from '../../bench/profile';

describe('--profile', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-profile-'));
  const file = join(folder, 'operations.txt');
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('is implied by a file', () => {
    expect(isProfile({ profile: false, 'profile-file': '' })).toBe(false);
    expect(isProfile({ profile: true, 'profile-file': '' })).toBe(true);
    expect(isProfile({ profile: false, 'profile-file': file })).toBe(true);
  });

  it('prints and writes a table for each function, the longest operation first', () => {
    const said = jest.spyOn(console, 'log').mockImplementation(() => undefined);
    const on = { device: 'CPU:0', name: 'node' };
    const operations = [
      { ...on, type: 'Conv2D', start: 0, seconds: 0.002 },
      { ...on, type: 'Add', start: 0.001, seconds: 0.001 },
      { ...on, type: 'Conv2D', start: 0.003, seconds: 0.005 },
    ];
    reportProfile([{ name: 'step', operations }], { profile: false, 'profile-file': file });
    const table = [
      "operations of 'step', one call of 8.0 ms:",
      'operation  count  total ms  mean ms  share',
      'Conv2D         2       7.0    3.500  87.5%',
      'Add            1       1.0    1.000  12.5%',
      '',
    ].join('\n');
    expect(said.mock.calls).toEqual([[table]]);
    expect(readFileSync(file, 'utf8')).toBe(table);
    said.mockRestore();
  });

  it('explains why there is no table', () => {
    expect(() => reportProfile([], { profile: true, 'profile-file': '' })).toThrow(
      'No compiled function was called in the examined step. ' +
        'TensorFlow measures only compiled functions. ' +
        'Leave out --profile, or the option that prevents compilation of the step.',
    );
  });
});
