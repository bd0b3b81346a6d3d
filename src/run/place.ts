import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { ResolvedConfig } from '../config';
import type { Ranks, RunFolder } from '../contracts';
import { FulgurError, messageOf } from '../errors';
import { tryLock } from '../locks';
import type { LockHolder } from '../locks';
import { createRunFolder, hasCheckpoint, untrainedFolder } from '../run-folder';
import { SharedFailure } from '../strategy';

/** A configuration in which `--resume auto` means what it is to mean now: `last`, or nothing where no run has a checkpoint. */
export function settleResume(config: ResolvedConfig): ResolvedConfig {
  if (config.resume !== 'auto') return config;
  const { defaultRootDir } = config.trainer;
  return { ...config, resume: hasCheckpoint(defaultRootDir, config.name) ? 'last' : null };
}

/** Where a run writes, and what becomes of it. */
export interface RunPlace {
  readonly folder: RunFolder;
  /** Lets others in, and takes a trial's files away. */
  close(): Promise<void>;
}

/**
 * A run's own folder, which no other run may write to meanwhile; a trial run (`fastDevRun`) writes to a temporary one,
 * and so leaves nothing behind. An evaluation writes beside what a fit writes, and needs no folder of its own;
 * those of random weights, and commands that need no run, share one, which is made with the first file in it.
 *
 * @throws FulgurError `checkpoint` when there is nothing to resume from, `config` when the folder cannot be made or is in
 * use.
 */
export async function openRunPlace({
  name,
  resume,
  checkpoint,
  trains,
  trainer,
}: ResolvedConfig): Promise<RunPlace> {
  if (checkpoint !== null) {
    const folder = createRunFolder({ root: trainer.defaultRootDir, experiment: name, resume: checkpoint });
    return { folder, close: () => Promise.resolve() };
  }
  if (trainer.fastDevRun !== false) return openTrialPlace(name, resume);
  if (!trains) {
    return { folder: untrainedFolder(trainer.defaultRootDir, name), close: () => Promise.resolve() };
  }
  const folder = orUnwritable(trainer.defaultRootDir, (root) =>
    createRunFolder({ root, experiment: name, resume }),
  );
  const lock = await tryLock(folder.resolve('run.lock'));
  if (!('release' in lock)) throw folderInUse(folder, lock);
  return { folder, close: () => lock.release() };
}

function folderInUse({ path }: RunFolder, { pid, host, since }: LockHolder): FulgurError {
  return new FulgurError('config', {
    what: `The run folder ${path} is in use: process ${pid} on ${host} has been writing to it since ${since}.`,
    why: 'Two runs in one folder would overwrite each other.',
    fix: 'Wait for that run, or end it; without --resume a run gets a folder of its own.',
  });
}

function openTrialPlace(experiment: string, resume: string | null): RunPlace {
  if (resume === 'last' || resume === 'best') {
    throw new FulgurError('config', {
      what: `'--resume ${resume}' was given to a trial run (trainer.fastDevRun).`,
      why: 'A trial has a folder of its own, without checkpoints.',
      fix: "Name the checkpoint's folder after --resume.",
    });
  }
  const root = orUnwritable(tmpdir(), (parent) => mkdtempSync(join(parent, 'fulgur-trial-')));
  return {
    folder: createRunFolder({ root, experiment, resume: null }),
    close: () => {
      rmSync(root, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

function orUnwritable<T>(root: string, make: (root: string) => T): T {
  try {
    return make(root);
  } catch (cause) {
    if (cause instanceof FulgurError) throw cause;
    throw new FulgurError('config', {
      what: `The run's folder cannot be made in '${root}': ${messageOf(cause)}.`,
      fix: 'Make it writable, or name another one with --trainer.defaultRootDir.',
      cause,
    });
  }
}

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
