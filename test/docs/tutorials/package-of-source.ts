import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(__dirname, '../../..');

type Target = string | { readonly types: string; readonly default: string };

/**
 * Makes a package `fulgur` in a folder: the one that npm installs, except that its entry points are the repository's
 * TypeScript files. So tutorials run on the current source, and nothing has to be built.
 */
export function makePackage(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, Target>>;
  };
  const entries = Object.entries(manifest.exports).map(
    ([name, target]) => [name, fromSource(target)] as const,
  );
  mkdirSync(join(folder, 'bin'), { recursive: true });
  for (const name of ['src', 'plugins', 'experiments', 'compiler.cjs'])
    symlinkSync(join(root, name), join(folder, name));
  const changes = { main: 'src/index.ts', types: 'src/index.ts', exports: Object.fromEntries(entries) };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, ...changes }));
  writeFileSync(join(folder, 'bin', 'fulgur'), command(), { mode: 0o755 });
}

function fromSource(target: Target): Target {
  if (typeof target === 'string') return target;
  const source = target.default.replace('./dist/', './').replace(/\.js$/, '.ts');
  return { types: source, default: source };
}

function command(): string {
  const compiled = process.env['FULGUR_COMPILED'] ?? join(root, 'node_modules/.cache/compiled');
  return [
    '#!/bin/sh',
    `export TS_NODE_PROJECT='${root}/tsconfig.json' FULGUR_COMPILED='${compiled}'`,
    `exec node -r '${root}/node_modules/ts-node/register' '${root}/src/cli/main.ts' "$@"`,
    '',
  ].join('\n');
}
