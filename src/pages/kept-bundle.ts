import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { writeWhole } from '../system';
import { bundleScript } from './bundle';
import type { ScriptPlace } from './bundle';

/** A cached script beside the packages of a clone, with the data that shows whether it is up to date. */
interface KeptBundle {
  readonly code: string;
  readonly licences: string;
  /** Size in bytes and modification time of each source, by path. */
  readonly sources: Readonly<Record<string, string>>;
}

/** Bundles a file of a clone, unless `folder` already has the bundle and none of its sources has changed since. */
export async function keptBundle(
  entry: string,
  place: ScriptPlace,
  folder: string,
): Promise<Omit<KeptBundle, 'sources'>> {
  const file = join(folder, `${place}-${basename(entry, '.ts')}.json`);
  const kept = await readKept(file);
  if (kept !== null && (await isOfToday(kept, entry))) return kept;
  const { sources, ...bundle } = await bundleScript(entry, place);
  const marks = await Promise.all(sources.map(async (path) => [path, await markOf(path)] as const));
  const made: KeptBundle = { ...bundle, sources: Object.fromEntries(marks) };
  // A folder that is not writable only costs a second each time.
  await writeWhole(file, Buffer.from(JSON.stringify(made))).catch(() => undefined);
  return made;
}

async function readKept(file: string): Promise<KeptBundle | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KeptBundle;
  } catch {
    return null;
  }
}

async function isOfToday({ sources }: KeptBundle, entry: string): Promise<boolean> {
  const marks = await Promise.all(
    Object.entries(sources).map(async ([path, mark]) => (await markOf(path)) === mark),
  );
  return entry in sources && marks.every(Boolean);
}

async function markOf(path: string): Promise<string> {
  try {
    const { size, mtimeMs } = await stat(path);
    return `${size} ${mtimeMs}`;
  } catch {
    return 'gone';
  }
}
