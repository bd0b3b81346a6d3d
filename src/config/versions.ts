import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The contents of this package's package.json, and its folder. */
export interface OwnManifest {
  readonly folder: string;
  readonly version: string;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** `null` if there is none. */
export function ownManifest(): OwnManifest | null {
  // Searches from src/config, or from dist/src/config once built.
  for (const up of ['../..', '../../..']) {
    const folder = join(__dirname, up);
    try {
      const found = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as object;
      return { ...(found as Omit<OwnManifest, 'folder'>), folder };
    } catch {
      continue;
    }
  }
  return null;
}

/** This package's version. */
export function fulgurVersion(): string {
  return ownManifest()?.version ?? 'unknown';
}

const oldest = [20, 19] as const;

/** The Node versions that the tests cover, as text. */
export const testedNodes = '20 from 20.19 on, 22 and 24';

/** What to install instead of a Node that is too old. */
export const nodeFix = 'Install Node 24, 22, or at least 20.19.';

/** Whether a version of Node, such as `18.20.8`, is too old for Fulgur's packages. */
export function isNodeTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}

/** The warning about this process's version of Node; `null` for a supported one. */
export function oldNodeWarning(version: string = process.versions.node): string | null {
  if (!isNodeTooOld(version)) return null;
  return `Fulgur needs Node 20.19 or newer; this is Node ${version}, on which it has not been tested. ${nodeFix}`;
}
