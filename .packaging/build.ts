/**
 * Builds the package into `dist`: `npm run build`. Compiles `src`, `plugins` and `experiments`, and puts tfjs-node's
 * kernels in as one file (docs/adr/0026), and the scripts of pages (docs/adr/0039).
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleKernels } from './bundle-kernels';
import { bundlePages } from './bundle-pages';

const root = resolve(__dirname, '..');
const dist = join(root, 'dist');

async function buildPackage(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  const compiler = require.resolve('typescript/bin/tsc');
  execFileSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  const door = join('src', 'engine', 'backend', 'node-kernels');
  await bundleKernels(join(root, `${door}.ts`), join(dist, door));
  const pages = join('src', 'pages');
  await bundlePages(join(root, pages), join(dist, pages));
  const template = join('src', 'cli', 'template');
  cpSync(join(root, template), join(dist, template), { recursive: true });
  // npm does it for what it installs, and not for a checkout that is linked.
  chmodSync(join(dist, 'src', 'cli', 'main.js'), 0o755);
}

buildPackage().catch((error: unknown) => {
  process.exitCode = 1;
  // The compiler has said what is wrong with a file.
  console.error(error instanceof Error ? error.message : error);
});
