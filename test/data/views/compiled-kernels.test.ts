import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

it('the compiled kernels are what their sources compile to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-kernels-test-'));
  try {
    const out = join(folder, 'compiled-kernels.ts');
    const words = ['-r', 'ts-node/register', 'bench/compile-kernels.ts', '--out', out];
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: root, encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const checkedIn = readFileSync(join(root, 'src/data/views/kernels/compiled-kernels.ts'), 'utf8');
    expect(readFileSync(out, 'utf8') === checkedIn).toBe(true);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
