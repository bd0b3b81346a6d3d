import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { makeFolder, makeFolderAtOnce } from '../../src/system';
import { createRunFolder } from '../../src/run-folder';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'fulgur-make-'));
});
afterEach(() => rmSync(root, { recursive: true }));

const ways: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ['makeFolder', makeFolder],
  ['makeFolderAtOnce', async (path) => makeFolderAtOnce(path)],
];

describe.each(ways)('%s', (_, make) => {
  it.each(['a', 'a/b/c', 'there', 'there/x', 'link', 'link/x', 'a/../b'])('makes %s', async (name) => {
    mkdirSync(join(root, 'there'));
    symlinkSync('there', join(root, 'link'));
    const path = `${root}/${name}`;
    await make(path);
    await make(path);
    expect(statSync(resolve(path)).isDirectory()).toBe(true);
  });

  it('makes the same folder many times at once', async () => {
    const path = join(root, 'a', 'b', 'c', 'd');
    await Promise.all(Array.from({ length: 20 }, () => make(path)));
    expect(statSync(path).isDirectory()).toBe(true);
  });

  it.each([
    ['file', 'EEXIST'],
    ['file/x', 'ENOTDIR'],
    ['file/x/y', 'ENOTDIR'],
    ['dangling', 'EEXIST'],
    ['dangling/x', 'EEXIST'],
    ['itself/x', 'ELOOP'],
    ['long'.repeat(70), 'ENAMETOOLONG'],
  ])("ends with the system's error: %s", async (name, code) => {
    writeFileSync(join(root, 'file'), '');
    symlinkSync('nowhere', join(root, 'dangling'));
    symlinkSync('itself', join(root, 'itself'));
    await expect(make(join(root, name))).rejects.toMatchObject({ code });
  });

  if (existsSync('/proc/self')) {
    it.each(['/proc/x', '/proc/x/y/z', '/proc/self/fd/x/y'])('ends below %s', async (path) => {
      await expect(make(path)).rejects.toMatchObject({ code: 'ENOENT' });
    });
  }
});

it.each(['/proc/x', '/dev/null/x'])('a run reports that its folder cannot be created in %s', (place) => {
  expect(() => createRunFolder({ root: place, experiment: 'tiny', resume: null })).toThrow(
    /^The run folder \/.*\/x\/tiny cannot be created: E\w+: .* Set --trainer.defaultRootDir to a folder to which you can write.$/,
  );
});
