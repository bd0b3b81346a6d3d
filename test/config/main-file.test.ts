import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isMainFile } from '../../src/config';

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-main-'));
  file = join(folder, 'my experiment.js');
  writeFileSync(file, '');
  writeFileSync(join(folder, 'other.js'), '');
  symlinkSync(file, join(folder, 'link.js'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the file that a process was started with', () => {
  it.each(['my experiment.js', 'my experiment', 'link.js'])(
    'is recognised by its path and its file URL: %s',
    (started) => {
      expect(isMainFile(file, join(folder, started))).toBe(true);
      expect(isMainFile(pathToFileURL(file).href, join(folder, started))).toBe(true);
    },
  );

  it.each(['other.js', 'other', 'missing.js'])('is not one that it imports: %s', (started) => {
    expect(isMainFile(file, join(folder, started))).toBe(false);
  });

  it('does not exist if Node runs no file', () => {
    expect(isMainFile(file, null)).toBe(false);
  });
});
