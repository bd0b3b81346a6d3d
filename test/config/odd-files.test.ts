import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfigFile } from '../../src/config/config-file';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fulgur-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a configuration file', () => {
  it.each([
    [(path: string) => execFileSync('mkfifo', [path]), 'it is a pipe, not a regular file'],
    [(path: string) => symlinkSync('/dev/zero', path), 'it is a device, not a regular file'],
    [(path: string) => mkdirSync(path), 'it is a folder, not a regular file'],
    [
      (path: string) => {
        writeFileSync(path, '');
        truncateSync(path, 20e9);
      },
      'it has 20 GB, but at most 16.8 MB are read',
    ],
  ])('is rejected if it is not a regular or small file (%#)', (make, reason) => {
    const file = join(folder, 'config.yaml');
    make(file);
    expect(() => readConfigFile(file)).toThrow(
      `The configuration file ${file} cannot be read: ${reason}. Give --config the path of a readable YAML file.`,
    );
  });
});
