import { readFileSync } from 'node:fs';
import { dirname, extname, join, resolve } from 'node:path';

/** The package that this code belongs to. */
export interface OwnPackage {
  /** Where npm gets it from: its version, or the file that it was installed from. */
  readonly source: string;
  /** Versions of the tools that it is built and tested with. */
  readonly tools: Readonly<Record<string, string>>;
}

/** Reads Fulgur's own package.json, and how it was installed. */
export function ownPackage(): OwnPackage {
  const isBuilt = extname(__filename) === '.js';
  // From src/cli, or from dist/src/cli once built.
  const root = resolve(__dirname, isBuilt ? '../../..' : '../..');
  const { version, devDependencies = {} } = readJson(join(root, 'package.json')) as {
    readonly version: string;
    readonly devDependencies?: Readonly<Record<string, string>>;
  };
  return { source: fileOf(root) ?? version, tools: devDependencies };
}

/** The file or folder that npm installed this package from, as `file:/home/me/fulgur-0.1.0.tgz`; `null` for a registry. */
function fileOf(root: string): string | null {
  const modules = dirname(root);
  if (!modules.endsWith('node_modules')) return `file:${root}`;
  try {
    const { packages } = readJson(join(modules, '.package-lock.json')) as {
      readonly packages: Readonly<Record<string, { readonly resolved?: string }>>;
    };
    const { resolved = '' } = packages['node_modules/fulgur'] ?? {};
    return resolved.startsWith('file:')
      ? `file:${resolve(dirname(modules), resolved.slice('file:'.length))}`
      : null;
  } catch {
    return null;
  }
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'));
}
