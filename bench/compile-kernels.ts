/**
 * Compiles the kernels of the views to WebAssembly and writes them to `src` as text.
 *
 *   npx ts-node bench/compile-kernels.ts [--out FILE]      (default: their place in `src`)
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runCommand } from './command';

const root = resolve(__dirname, '..');
const kernels = 'src/data/views/kernels';
const options = ['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];

function compile(): Buffer {
  const place = mkdtempSync(join(tmpdir(), 'fulgur-kernels-'));
  try {
    const file = join(place, 'out.wasm');
    const compiler = require.resolve('assemblyscript/bin/asc.js');
    const words = [compiler, `${kernels}/assembly/index.ts`, ...options, '--outFile', file];
    const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error(`The compiler of AssemblyScript ended with ${status}.`);
    return readFileSync(file);
  } finally {
    rmSync(place, { recursive: true });
  }
}

function main(): void {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  const lines = [
    '/** The sources in assembly/ as WebAssembly, in base64. Written by bench/compile-kernels.ts. */',
    'export const compiledKernels =',
    `  '${compile().toString('base64')}';`,
  ];
  writeFileSync(values.out ?? join(root, kernels, 'compiled-kernels.ts'), `${lines.join('\n')}\n`);
}

void runCommand(main);
