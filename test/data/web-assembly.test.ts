import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

describe('the compiled modules of WebAssembly', () => {
  it('are what their sources compile to', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fulgur-assembly-test-'));
    try {
      const words = ['-r', 'ts-node/register', 'assembly/compile.ts', '--out', folder];
      const { status, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      for (const path of ['views/kernels/compiled-kernels.ts', 'datasets/folder/jpeg/compiled-decoder.ts']) {
        const again = readFileSync(join(folder, path.split('/').at(-1)!), 'utf8');
        expect(again === readFileSync(join(root, 'src/data', path), 'utf8')).toBe(true);
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
