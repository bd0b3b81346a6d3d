import { basename, dirname, resolve } from 'node:path';
import type { ResolvedConfig } from '../config';
import type { Ranks, RunFolder } from '../contracts';
import { messageOf } from '../errors';
import { SharedFailure } from '../strategy';
import { openRunPlace, settleResume } from './run-place';
import type { RunPlace } from './run-place';

/** A run's folder, and the configuration in which it is settled what to resume from. */
export interface SharedPlace {
  readonly config: ResolvedConfig;
  readonly place: RunPlace;
}

/** What rank 0 tells the others. */
type Told = { readonly path: string; readonly resume: string | null } | { readonly problem: string };

/**
 * Opens the run's folder on rank 0, which alone writes to it; the others learn where it is.
 *
 * @throws FulgurError what `openRunPlace` throws, on rank 0; `ranks` on the others then.
 */
export async function openSharedPlace(given: ResolvedConfig, ranks: Ranks): Promise<SharedPlace> {
  if (ranks.rank > 0) return followFirst(given, ranks);
  let place: RunPlace | null = null;
  try {
    const config = settleResume(given);
    place = await openRunPlace(config);
    await tell(ranks, { path: place.folder.path, resume: config.resume });
    return { config, place };
  } catch (error) {
    if (place === null && ranks.worldSize > 1) await tell(ranks, { problem: messageOf(error) });
    else await place?.close();
    throw error;
  }
}

async function followFirst(given: ResolvedConfig, ranks: Ranks): Promise<SharedPlace> {
  const bytes = await ranks.broadcastBytes(new Uint8Array());
  const told = JSON.parse(Buffer.from(bytes).toString('utf8')) as Told;
  if ('problem' in told) {
    throw new SharedFailure({
      what: `Rank 0 could not begin: ${told.problem}`,
      fix: 'Look at its output.',
    });
  }
  const { path, resume } = told;
  const folder: RunFolder = {
    path,
    experiment: basename(dirname(path)),
    version: basename(path),
    resolve: (...parts) => resolve(path, ...parts),
  };
  return { config: { ...given, resume }, place: { folder, close: () => Promise.resolve() } };
}

async function tell(ranks: Ranks, told: Told): Promise<void> {
  await ranks.broadcastBytes(Buffer.from(JSON.stringify(told)));
}
