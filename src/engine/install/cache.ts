import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive, removeLeftLock, thisProcess } from '../../locks';
import type { Build } from './builds';
import { findDamage, readManifest, type Manifest } from './manifest';

/** The result of a look-up in the cache. */
export type CacheState =
  | { readonly kind: 'missing' }
  | { readonly kind: 'damaged'; readonly damage: string }
  | { readonly kind: 'whole'; readonly manifest: Manifest };

/** Returns the folder of one build in the cache: `<cache>/tensorflow/<key>`. */
export function installFolder(cacheFolder: string, build: Build): string {
  return join(cacheFolder, 'tensorflow', build.key);
}

const libraryDirectory = 'tensorflow';

/** Returns the folder inside an installation that contains the libraries. */
export function libraryFolder(install: string): string {
  return join(install, libraryDirectory);
}

/** Looks for a build's installation and checks it; `full` reads every byte of it. */
export async function checkInstall(
  folder: string,
  build: Build,
  options: { full?: boolean } = {},
): Promise<CacheState> {
  const entries = await readdir(folder).catch(() => null);
  if (entries === null) {
    // A file, or a dangling link, would block the installation.
    const inTheWay = await lstat(folder).catch(() => null);
    return inTheWay === null
      ? { kind: 'missing' }
      : { kind: 'damaged', damage: 'it is not a readable folder' };
  }
  const manifest = await readManifest(folder);
  if (manifest === null) return { kind: 'damaged', damage: 'its manifest.json cannot be read' };
  // New pins under an old name: this is not the requested installation.
  const pinned = build.wheels.map(({ sha256 }) => sha256).join();
  if (manifest.wheels.map(({ sha256 }) => sha256).join() !== pinned) {
    return { kind: 'damaged', damage: 'it was made from other wheels' };
  }
  const named = new Set(manifest.files.map(({ path }) => path));
  const { core, framework } = build.libraries;
  const unnamed = [core, framework].find((library) => !named.has(`${libraryDirectory}/${library}`));
  if (unnamed !== undefined) return { kind: 'damaged', damage: `its manifest.json does not list ${unnamed}` };
  const damage = await findDamage(folder, manifest, options);
  return damage === null ? { kind: 'whole', manifest } : { kind: 'damaged', damage };
}

/** Returns the name of an unfinished folder, which identifies its process. */
export function partialFolder(install: string): string {
  const { pid, started } = thisProcess();
  return `${install}.partial.${pid}.${Buffer.from(started).toString('hex') || '0'}.${Date.now().toString(36)}`;
}

/** Removes what dead processes left beside an installation: unfinished folders and lock files. */
export async function sweepLeftovers(install: string): Promise<void> {
  const parent = join(install, '..');
  const prefix = install.slice(parent.length + 1);
  await removeLeftLock(`${install}.lock`);
  for (const name of await readdir(parent).catch(() => [])) {
    if (!name.startsWith(`${prefix}.`)) continue;
    const owner = /\.partial\.(\d+)\.([0-9a-f]+)\.\w+$/.exec(name);
    if (owner === null) continue;
    const started = owner[2] === '0' ? '' : Buffer.from(owner[2] ?? '', 'hex').toString();
    if (!isAlive({ pid: Number(owner[1]), started })) await removeFolder(join(parent, name));
  }
}

/** Renames a folder first, then deletes it: a half-deleted installation never has its name. */
export async function discardInstall(install: string): Promise<void> {
  const aside = partialFolder(install);
  await rename(install, aside);
  await removeFolder(aside);
}

/** Deletes a folder; files that a dying child process still writes into it are deleted by a later sweep. */
export async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}
