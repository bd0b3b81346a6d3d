/**
 * Compiles the sources of this folder to WebAssembly and writes them into `src`, as text.
 *
 *   npx ts-node assembly/compile.ts [--out FOLDER]      (default: where they belong)
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** A folder of sources with an `index.ts`, and the file and constant that it becomes. */
interface Target {
  readonly folder: string;
  readonly file: string;
  readonly constant: string;
}

const root = resolve(__dirname, '..');
const options = ['--optimizeLevel', '3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'];

const targets: readonly Target[] = [
  {
    folder: 'kernels',
    file: 'src/data/views/kernels/compiled-kernels.ts',
    constant: 'compiledKernels',
  },
  {
    folder: 'jpeg',
    file: 'src/data/datasets/folder/jpeg/compiled-decoder.ts',
    constant: 'compiledDecoder',
  },
];

function compile(folder: string): Buffer {
  const place = mkdtempSync(join(tmpdir(), 'fulgur-assembly-'));
  try {
    const file = join(place, 'out.wasm');
    const compiler = require.resolve('assemblyscript/bin/asc.js');
    const words = [compiler, `assembly/${folder}/index.ts`, ...options, '--outFile', file];
    const { status } = spawnSync(process.execPath, words, { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error(`The compiler of AssemblyScript ended with ${status}.`);
    return readFileSync(file);
  } finally {
    rmSync(place, { recursive: true });
  }
}

function main(): void {
  const { values } = parseArgs({ options: { out: { type: 'string' } } });
  for (const { folder, file, constant } of targets) {
    const text = compile(folder).toString('base64');
    const lines = [
      `/** assembly/${folder} as WebAssembly, in base64. Written by assembly/compile.ts. */`,
      `export const ${constant} =`,
      `  '${text}';`,
    ];
    const path = values.out === undefined ? join(root, file) : join(values.out, basename(file));
    writeFileSync(path, `${lines.join('\n')}\n`);
  }
}

main();
