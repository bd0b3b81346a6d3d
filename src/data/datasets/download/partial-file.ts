import { lstat, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAbandoned, isOwnedName, ownedName } from './owned-name';

/** Returns the paths of unfinished versions of `target`, the largest first. */
export async function findAbandoned(target: string): Promise<string[]> {
  const folder = dirname(target);
  const sizes = new Map<string, number>();
  for (const name of await readdir(folder).catch(() => [])) {
    if (!isOwnedName(name, basename(target))) continue;
    const path = join(folder, name);
    if (!(await isAbandoned(path))) continue;
    const size = await stat(path).then(
      (found) => found.size,
      () => 0,
    );
    sizes.set(path, size);
  }
  return [...sizes.keys()].sort((a, b) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0));
}

/**
 * Returns the path of this process's unfinished version of `target`. It may already contain the beginning, taken over
 * from a dead process. Taking over is a rename, so only one of several processes gets it; the others start again.
 */
export async function claimPartial(target: string): Promise<string> {
  const own = ownedName(target);
  for (const left of await findAbandoned(target)) {
    const taken = await stat(own).catch(() => null);
    const isFile = (await lstat(left).catch(() => null))?.isFile() === true;
    if (taken === null && isFile) await rename(left, own).catch(() => undefined);
    else await rm(left, { recursive: true, force: true });
  }
  return own;
}
