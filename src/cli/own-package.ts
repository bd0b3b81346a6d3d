import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ownManifest } from '../config/versions';

/** The package that this code belongs to. */
export interface OwnPackage {
  /** Its specifier for npm: the version, or the file it was installed from. */
  readonly source: string;
  /** Versions of the tools it is built and tested with. */
  readonly tools: Readonly<Record<string, string>>;
}

/** Reads Fulgur's own package.json, and how it was installed. */
export function ownPackage(): OwnPackage {
  const manifest = ownManifest();
  if (manifest === null) throw new Error('Fulgur has no package.json of its own');
  const { folder, version, devDependencies = {} } = manifest;
  return { source: fileOf(folder) ?? version, tools: devDependencies };
}

/**
 * Returns the file or folder that npm installed this package from, as `file:/home/me/fulgur-0.1.0.tgz`; `null` for a
 * registry.
 */
function fileOf(root: string): string | null {
  const modules = dirname(root);
  if (!modules.endsWith('node_modules')) return `file:${root}`;
  try {
    const { packages } = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')) as {
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
