/**
 * Compiles `assembly/kernels` to WebAssembly and writes it into the sources, as text.
 *
 *   npx ts-node assembly/compile.ts [--out FILE]      (default: src/data/views/kernels/compiled-kernels.ts)
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(__dirname, '..');
const options = ['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];

function compile(folder: string): Buffer {
  const file = join(folder, 'kernels.wasm');
  const compiler = require.resolve('assemblyscript/bin/asc.js');
  const words = [compiler, 'assembly/kernels/index.ts', ...options, '--outFile', file];
  const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`The compiler of AssemblyScript ended with ${status}.`);
  return readFileSync(file);
}

function main(): void {
  const { values } = parseArgs({
    options: { out: { type: 'string', default: join(root, 'src/data/views/kernels/compiled-kernels.ts') } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'fulgur-kernels-'));
  try {
    const text = compile(folder).toString('base64');
    writeFileSync(
      values.out,
      `/** assembly/kernels as WebAssembly, in base64. Written by assembly/compile.ts. */\nexport const compiledKernels =\n  '${text}';\n`,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

main();
